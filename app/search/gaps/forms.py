"""The form of an alias: what is parsed, and errors that need no database."""

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.search.gaps.deciding import SAID_MAX
from app.web.forms import BaseForm, line

_SHORT = Length(max=SAID_MAX, message=f"Please use at most {SAID_MAX} characters.")


class AliasForm(BaseForm):
    """Two wordings for the same thing."""

    said = StringField("What people type", filters=[line], validators=[InputRequired("Please say what people type."), _SHORT])
    means = StringField("What we call it", filters=[line], validators=[InputRequired("Please say what we call it."), _SHORT])
    is_mutual = BooleanField("Also the other way round")
    gap = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(1, 2**63 - 1, "There is no such gap.")])
