"""Forms of accounts: fields, cleaning and lengths. Rules of state live in services."""

from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.accounts.models import DISPLAY_NAME_MAX, EMAIL_MAX
from app.accounts.names import HANDLE_MAX
from app.accounts.services.passwords import MAX_LENGTH
from app.accounts.services.profiles import ABOUT_MAX, WEBSITE_MAX
from app.core.actor import Role
from app.core.i18n import gettext, language_names, lazy_gettext
from app.web.forms import BaseForm, block, line

ROLE_LABELS = {
    Role.MEMBER: "Member",
    Role.STAFF: "Staff: answers officially, reads staff-only text",
    Role.MODERATOR: "Moderator: clears the queue, decides promotions",
    Role.ADMIN: "Admin: everything",
}


def _required(message: str) -> DataRequired:
    return DataRequired(message=message)


def _at_most(number: int) -> Length:
    return Length(max=number, message=f"Please use at most {number:,} characters.")


_ADDRESS = (_required("Please type a mail address."), _at_most(EMAIL_MAX))


class SignUpForm(BaseForm):
    name = StringField("Name", filters=[line], validators=[_required("Please choose a name."), _at_most(HANDLE_MAX)])
    email = StringField("Mail address", filters=[line], validators=_ADDRESS)
    password = PasswordField("Password", validators=[_required("Please choose a password."), _at_most(MAX_LENGTH)])
    answer = StringField(
        "A question for people", filters=[line], validators=[_required("Please answer the question."), _at_most(200)]
    )
    homepage = StringField("Leave this empty")
    stamp = HiddenField()
    next = HiddenField(filters=[line])


class SignInForm(BaseForm):
    login = StringField(
        "Name or mail address", filters=[line], validators=[_required("Please type your name or address."), _at_most(EMAIL_MAX)]
    )
    password = PasswordField("Password", validators=[_required("Please type your password.")])
    next = HiddenField(filters=[line])


class ResetRequestForm(BaseForm):
    email = StringField("Mail address", filters=[line], validators=_ADDRESS)


class NewPasswordForm(BaseForm):
    password = PasswordField("New password", validators=[_required("Please choose a password."), _at_most(MAX_LENGTH)])


class ProfileForm(BaseForm):
    display_name = StringField("Name shown on your posts", filters=[line], validators=[_at_most(DISPLAY_NAME_MAX)])
    website = StringField("Website", filters=[line], validators=[_at_most(WEBSITE_MAX)])
    about = TextAreaField("About you", filters=[block], validators=[_at_most(ABOUT_MAX)])


class LanguageForm(BaseForm):
    language = SelectField(lazy_gettext("Pages and mails are in"))

    def offer(self, languages: tuple[str, ...]) -> "LanguageForm":
        """Offer the languages of the site, each by its own name."""
        names = dict(language_names())
        own = SelectChoice("", gettext("the language my browser asks for"))
        self.language.choices = [own, *(SelectChoice(code, names[code]) for code in languages)]
        return self


class ChangePasswordForm(BaseForm):
    old_password = PasswordField("Password you use now", validators=[_required("Please type the password you use now.")])
    password = PasswordField("New password", validators=[_required("Please choose a password."), _at_most(MAX_LENGTH)])


class ChangeAddressForm(BaseForm):
    email = StringField("New mail address", filters=[line], validators=_ADDRESS)
    current_password = PasswordField("Your password", validators=[_required("Please type your password.")])


class RoleForm(BaseForm):
    role = SelectField("Role", choices=[SelectChoice(role.value, label) for role, label in ROLE_LABELS.items()])


class ClaimForm(BaseForm):
    email = StringField("Mail address", filters=[line], validators=_ADDRESS)
