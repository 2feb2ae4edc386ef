"""Forms of what gives threads another shape. Choices of categories are set by the routes."""

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from app.core.i18n import lazy_gettext
from app.forum.models.thread import TITLE_MAX
from app.forum.services.merging import OpeningBecomes
from app.moderation.forms.numbers import parse_thread_number
from app.web.forms import BaseForm, line, reason_field


def _id(value: object) -> int | None:
    return parse_thread_number(str(value)) if value is not None else None


class ReasonForm(BaseForm):
    """Why it is done."""

    reason = reason_field(lazy_gettext("Reason"), lazy_gettext("Please say why: the people concerned and the log will show it."))


class SplitForm(ReasonForm):
    """The new thread of a split."""

    title = StringField(
        lazy_gettext("Title of the new thread"),
        filters=[line],
        validators=[
            InputRequired(lazy_gettext("Please give it a title: one line that says what it is about.")),
            Length(max=TITLE_MAX),
        ],
    )
    kind = RadioField(
        lazy_gettext("What is it?"), default="question",
        choices=[SelectChoice("question", lazy_gettext("A question: it waits for an answer")), SelectChoice("discussion",
        lazy_gettext("A discussion"))],
    )  # fmt: skip
    category = SelectField(
        lazy_gettext("Category"), coerce=_id, validators=[DataRequired(lazy_gettext("Please choose a category."))]
    )


class MergeForm(ReasonForm):
    """Where a thread goes, and what becomes of its first text."""

    target_id = StringField(
        lazy_gettext("Address or number of the thread that stays"), filters=[line],
        validators=[InputRequired(lazy_gettext("Please paste the address or the number of the thread that stays."))],
    )  # fmt: skip
    opening = RadioField(
        lazy_gettext("What becomes of its first text?"), default=OpeningBecomes.POST,
        choices=[
            SelectChoice(OpeningBecomes.POST, lazy_gettext("It stands among the answers or replies of the other thread")),
            SelectChoice(OpeningBecomes.NOTHING, lazy_gettext("It goes out of sight: the other thread says the same")),
        ],
    )  # fmt: skip


class ToCommentForm(ReasonForm):
    """Under which post an answer stands as a comment."""

    under = RadioField(
        lazy_gettext("Under which post?"),
        coerce=_id,
        validators=[DataRequired(lazy_gettext("Please choose a post under which it stands."))],
    )
