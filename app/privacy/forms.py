"""Forms of privacy."""

from wtforms import PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.accounts.names import HANDLE_MAX
from app.core.reasons import FOR_THE_LOG
from app.web.forms import BaseForm, line, reason_field

_PASSWORD = DataRequired(message="Please type your password.")
KEEP, REMOVE = "keep", "remove"
POSTS = [
    SelectChoice(KEEP, "What they wrote stays, without the name"),
    SelectChoice(REMOVE, "What they wrote goes, too"),
]
OWN_POSTS = [
    SelectChoice(KEEP, "What I wrote stays, as “[removed]”: others still find the answers"),
    SelectChoice(REMOVE, "What I wrote goes, too"),
]


class ExportForm(BaseForm):
    export_password = PasswordField("Your password", validators=[_PASSWORD])


class EraseForm(BaseForm):
    posts = RadioField("What becomes of your posts?", choices=OWN_POSTS, default=KEEP)
    name = StringField(
        "Your name, to be sure", filters=[line],
        validators=[DataRequired(message="Please type your name."), Length(max=HANDLE_MAX, message="This is not your name.")],
    )  # fmt: skip
    password = PasswordField("Your password", validators=[_PASSWORD])


class AnonymiseForm(BaseForm):
    posts = RadioField("What becomes of their posts?", choices=POSTS, default=KEEP)
    reason = reason_field("Why?", FOR_THE_LOG)


class MergeForm(BaseForm):
    into = StringField(
        "Name of the account that stays", filters=[line],
        validators=[DataRequired(message="Please type a name."), Length(max=HANDLE_MAX, message="There is nobody of that name.")],
    )  # fmt: skip
    reason = reason_field("Why?", FOR_THE_LOG)
