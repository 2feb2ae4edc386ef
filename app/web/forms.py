"""Forms: parsing, cleaning and field errors by Flask-WTF. No database here; rules of state live in services."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.errors import Invalid
from app.core.i18n import current_speech, lazy_gettext
from app.core.i18n import gettext as _
from app.core.reasons import REASON_MAX, TOO_LONG
from app.core.text import clean_line, clean_text, parse_number


def line(value: Any) -> Any:
    """WTForms filter: one cleaned line; a field that was not sent is empty."""
    return clean_line(value) if isinstance(value, str) else value or ""


def block(value: Any) -> Any:
    """WTForms filter: cleaned text of several lines (leading spaces are kept: they mean code); empty when it was not sent."""
    return clean_text(value).rstrip() if isinstance(value, str) else value or ""


def reason_field(label: str, ask: str = "", *, kind: type[StringField] = TextAreaField) -> Any:
    """Return the field for the reason of a decision, on one line; with `ask`, what is said when there is none."""
    needed = [InputRequired(ask)] if ask else []
    return kind(label, filters=[line], validators=[*needed, Length(max=REASON_MAX, message=TOO_LONG)])


# What fields say by themselves, in the words of WTForms.
_OF_FIELDS = (
    lazy_gettext("This field is required."),
    lazy_gettext("Not a valid choice."),
    lazy_gettext("Invalid Choice: could not coerce."),
    lazy_gettext("Not a valid integer value."),
    lazy_gettext("Not a valid decimal value."),
    lazy_gettext("Not a valid float value."),
    lazy_gettext("Not a valid date value."),
    lazy_gettext("Not a valid time value."),
)


class _FieldTexts:
    """Looks the texts of fields up in our catalogs."""

    def gettext(self, message: str) -> str:
        return current_speech().text(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return current_speech().form(singular, plural, number)


class BaseForm(FlaskForm):
    """Base of all forms. CSRF is checked for the whole application, so it is not repeated here.

    Only what was posted as a form is read. Flask-WTF would take JSON as well, whose values are not always text.
    """

    class Meta:
        csrf = False

        def get_translations(self, form: FlaskForm) -> _FieldTexts:
            return _FieldTexts()

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return CombinedMultiDict((request.files, request.form)) if request.method == "POST" else None

    def add_errors(self, error: Invalid) -> None:
        """Show the errors of a service beside the fields they name; others above the form."""
        for name, message in error.errors.items():
            field: Field | None = self._fields.get(name)
            if field is None:
                self.form_errors.append(message)
            elif str(message) not in map(str, field.errors):  # what a field found itself stands there already, in any language
                field.errors = (*field.errors, message)

    def ensure_valid(self) -> None:
        """Raise Invalid with every field's first error unless the form is valid."""
        if not self.validate():
            raise Invalid({name: str(errors[0]) for name, errors in self.errors.items() if errors and name})


def posted_line(name: str, limit: int = REASON_MAX) -> str:
    """Return one cleaned line of the posted form. Raises Invalid when it is longer: what somebody wrote is never cut in silence."""
    text = clean_line(request.form.get(name, ""))
    if len(text) > limit:
        raise Invalid(_("Please use at most %(most)s characters.", most=limit), name)
    return text


def posted_text(name: str) -> str:
    """Return a cleaned text of the posted form."""
    return clean_text(request.form.get(name, "")).rstrip()


def query_line(name: str, limit: int = 300) -> str:
    """Return one cleaned value of the query string, cut to `limit` characters."""
    return clean_line(request.args.get(name, ""))[:limit]


def posted_ids(name: str, most: int = 100) -> set[int]:
    """Return the ids that were posted under a name (checkboxes); what is no id is left out."""
    return {number for raw in request.form.getlist(name)[:most] if (number := parse_number(raw)) is not None}
