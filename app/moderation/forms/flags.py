"""The form of reports."""

from typing import Self

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.i18n import lazy_gettext
from app.moderation.flags.flagging import NOTE_MAX
from app.moderation.flags.reasons import label_of, reasons_for
from app.web.forms import BaseForm, block, line


class FlagForm(BaseForm):
    """What is wrong with a text or a person; the reasons depend on what is reported."""

    reason = RadioField(lazy_gettext("What is wrong?"), validators=[InputRequired(lazy_gettext("Please choose what is wrong."))])
    original = StringField(
        lazy_gettext("The question that was asked before"),
        filters=[line],
        validators=[Length(max=300, message=lazy_gettext("Please use at most 300 characters."))],
    )
    note = TextAreaField(
        lazy_gettext("A few words for the moderators"), filters=[block],
        validators=[Length(max=NOTE_MAX, message=lazy_gettext("Please use at most %(note_max)s characters.", note_max=NOTE_MAX))],
    )  # fmt: skip

    @classmethod
    def about(cls, kind: str) -> Self:
        """Return the form for a `question`, `post`, `comment` or `person`."""
        form = cls()
        choices = [(str(reason), label_of(reason)) for reason in reasons_for(kind)]
        form.reason.choices = [SelectChoice(value, label) for value, label in choices]
        if kind != "question":
            del form.original
        return form
