"""The form of an alias: what is parsed, and errors that need no database."""

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.core.i18n import lazy_gettext
from app.search.gaps.deciding import SAID_MAX
from app.web.forms import BaseForm, line

_SHORT = Length(max=SAID_MAX, message=lazy_gettext("Please use at most %(count)s characters.", count=SAID_MAX))


class AliasForm(BaseForm):
    """Two wordings for the same thing."""

    said = StringField(
        lazy_gettext("What people type"),
        filters=[line],
        validators=[InputRequired(lazy_gettext("Please say what people type.")), _SHORT],
    )
    means = StringField(
        lazy_gettext("What we call it"),
        filters=[line],
        validators=[InputRequired(lazy_gettext("Please say what we call it.")), _SHORT],
    )
    is_mutual = BooleanField(lazy_gettext("Also the other way round"))
    gap = IntegerField(
        widget=HiddenInput(), validators=[Optional(), NumberRange(1, 2**63 - 1, lazy_gettext("There is no such gap."))]
    )
