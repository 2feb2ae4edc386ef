"""Forms of accounts: fields, cleaning and lengths. Rules of state live in services."""

from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.accounts.models import DISPLAY_NAME_MAX, EMAIL_MAX
from app.accounts.names import HANDLE_MAX
from app.accounts.services.passwords import MAX_LENGTH
from app.accounts.services.profiles import ABOUT_MAX, WEBSITE_MAX
from app.core.actor import Role
from app.core.i18n import gettext, language_names, lazy_gettext, lazy_pgettext
from app.web.forms import BaseForm, block, line

ROLE_NAMES = {
    Role.MEMBER: lazy_gettext("Member"),
    Role.STAFF: lazy_gettext("Staff"),
    Role.MODERATOR: lazy_gettext("Moderator"),
    Role.ADMIN: lazy_gettext("Admin"),
}
ROLE_LABELS = {
    Role.MEMBER: lazy_gettext("Member"),
    Role.STAFF: lazy_gettext("Staff: answers officially, reads staff-only text"),
    Role.MODERATOR: lazy_gettext("Moderator: clears the queue, decides promotions"),
    Role.ADMIN: lazy_gettext("Admin: everything"),
}


def _required(message: str) -> DataRequired:
    return DataRequired(message=message)


def _at_most(number: int) -> Length:
    return Length(max=number, message=lazy_gettext("Please use at most %(amount)s characters.", amount=number))


_ADDRESS = (_required(lazy_gettext("Please type a mail address.")), _at_most(EMAIL_MAX))


class SignUpForm(BaseForm):
    name = StringField(
        lazy_pgettext("of a person", "Name"),
        filters=[line],
        validators=[_required(lazy_gettext("Please choose a name.")), _at_most(HANDLE_MAX)],
    )
    email = StringField(lazy_gettext("Mail address"), filters=[line], validators=_ADDRESS)
    password = PasswordField(
        lazy_gettext("Password"), validators=[_required(lazy_gettext("Please choose a password.")), _at_most(MAX_LENGTH)]
    )
    answer = StringField(
        lazy_gettext("A question for people"),
        filters=[line],
        validators=[_required(lazy_gettext("Please answer the question.")), _at_most(200)],
    )
    homepage = StringField(lazy_gettext("Leave this empty"))
    stamp = HiddenField()
    next = HiddenField(filters=[line])


class SignInForm(BaseForm):
    login = StringField(
        lazy_gettext("Name or mail address"),
        filters=[line],
        validators=[_required(lazy_gettext("Please type your name or address.")), _at_most(EMAIL_MAX)],
    )
    password = PasswordField(lazy_gettext("Password"), validators=[_required(lazy_gettext("Please type your password."))])
    next = HiddenField(filters=[line])


class ResetRequestForm(BaseForm):
    email = StringField(lazy_gettext("Mail address"), filters=[line], validators=_ADDRESS)


class NewPasswordForm(BaseForm):
    password = PasswordField(
        lazy_gettext("New password"), validators=[_required(lazy_gettext("Please choose a password.")), _at_most(MAX_LENGTH)]
    )


class ProfileForm(BaseForm):
    display_name = StringField(lazy_gettext("Name shown on your posts"), filters=[line], validators=[_at_most(DISPLAY_NAME_MAX)])
    website = StringField(lazy_gettext("Website"), filters=[line], validators=[_at_most(WEBSITE_MAX)])
    about = TextAreaField(lazy_gettext("About you"), filters=[block], validators=[_at_most(ABOUT_MAX)])


class LanguageForm(BaseForm):
    language = SelectField(lazy_gettext("Pages and mails are in"))

    def offer(self, languages: tuple[str, ...]) -> "LanguageForm":
        """Offer the languages of the site, each by its own name."""
        names = dict(language_names())
        own = SelectChoice("", gettext("the language my browser asks for"))
        self.language.choices = [own, *(SelectChoice(code, names[code]) for code in languages)]
        return self


class ChangePasswordForm(BaseForm):
    old_password = PasswordField(
        lazy_gettext("Password you use now"), validators=[_required(lazy_gettext("Please type the password you use now."))]
    )
    password = PasswordField(
        lazy_gettext("New password"), validators=[_required(lazy_gettext("Please choose a password.")), _at_most(MAX_LENGTH)]
    )


class ChangeAddressForm(BaseForm):
    email = StringField(lazy_gettext("New mail address"), filters=[line], validators=_ADDRESS)
    current_password = PasswordField(
        lazy_gettext("Your password"), validators=[_required(lazy_gettext("Please type your password."))]
    )


class RoleForm(BaseForm):
    role = SelectField(lazy_gettext("Role"), choices=[SelectChoice(role.value, label) for role, label in ROLE_LABELS.items()])


class ClaimForm(BaseForm):
    email = StringField(lazy_gettext("Mail address"), filters=[line], validators=_ADDRESS)
