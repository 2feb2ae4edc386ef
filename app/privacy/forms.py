"""Forms of privacy."""

from wtforms import PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.accounts.names import HANDLE_MAX
from app.core.i18n import lazy_gettext
from app.core.reasons import FOR_THE_LOG
from app.web.forms import BaseForm, line, reason_field

_PASSWORD = DataRequired(message=lazy_gettext("Please type your password."))
KEEP, REMOVE = "keep", "remove"
POSTS = [
    SelectChoice(KEEP, lazy_gettext("What they wrote stays, without the name")),
    SelectChoice(REMOVE, lazy_gettext("What they wrote goes, too")),
]
OWN_POSTS = [
    SelectChoice(KEEP, lazy_gettext("What I wrote stays, as “[removed]”: others still find the answers")),
    SelectChoice(REMOVE, lazy_gettext("What I wrote goes, too")),
]


class ExportForm(BaseForm):
    export_password = PasswordField(lazy_gettext("Your password"), validators=[_PASSWORD])


class EraseForm(BaseForm):
    posts = RadioField(lazy_gettext("What becomes of your posts?"), choices=OWN_POSTS, default=KEEP)
    name = StringField(
        lazy_gettext("Your name, to be sure"), filters=[line],
        validators=[DataRequired(message=lazy_gettext("Please type your name.")), Length(max=HANDLE_MAX,
        message=lazy_gettext("This is not your name."))],
    )  # fmt: skip
    password = PasswordField(lazy_gettext("Your password"), validators=[_PASSWORD])


class AnonymiseForm(BaseForm):
    posts = RadioField(lazy_gettext("What becomes of their posts?"), choices=POSTS, default=KEEP)
    reason = reason_field(lazy_gettext("Why?"), FOR_THE_LOG)


class MergeForm(BaseForm):
    into = StringField(
        lazy_gettext("Name of the account that stays"), filters=[line],
        validators=[DataRequired(message=lazy_gettext("Please type a name.")), Length(max=HANDLE_MAX,
        message=lazy_gettext("There is nobody of that name."))],
    )  # fmt: skip
    reason = reason_field(lazy_gettext("Why?"), FOR_THE_LOG)
