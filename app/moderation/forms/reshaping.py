"""Forms of what gives threads another shape. Choices of categories are set by the routes."""

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from app.forum.models.thread import TITLE_MAX
from app.forum.services.merging import OpeningBecomes
from app.moderation.forms.numbers import parse_thread_number
from app.web.forms import BaseForm, line, reason_field


def _id(value: object) -> int | None:
    return parse_thread_number(str(value)) if value is not None else None


class ReasonForm(BaseForm):
    """Why it is done."""

    reason = reason_field("Reason", "Please say why: the people concerned and the log will show it.")


class SplitForm(ReasonForm):
    """The new thread of a split."""

    title = StringField(
        "Title of the new thread",
        filters=[line],
        validators=[InputRequired("Please give it a title: one line that says what it is about."), Length(max=TITLE_MAX)],
    )
    kind = RadioField(
        "What is it?", default="question",
        choices=[SelectChoice("question", "A question: it waits for an answer"), SelectChoice("discussion", "A discussion")],
    )  # fmt: skip
    category = SelectField("Category", coerce=_id, validators=[DataRequired("Please choose a category.")])


class MergeForm(ReasonForm):
    """Where a thread goes, and what becomes of its first text."""

    target_id = StringField(
        "Address or number of the thread that stays", filters=[line],
        validators=[InputRequired("Please paste the address or the number of the thread that stays.")],
    )  # fmt: skip
    opening = RadioField(
        "What becomes of its first text?", default=OpeningBecomes.POST,
        choices=[
            SelectChoice(OpeningBecomes.POST, "It stands among the answers or replies of the other thread"),
            SelectChoice(OpeningBecomes.NOTHING, "It goes out of sight: the other thread says the same"),
        ],
    )  # fmt: skip


class ToCommentForm(ReasonForm):
    """Under which post an answer stands as a comment."""

    under = RadioField("Under which post?", coerce=_id, validators=[DataRequired("Please choose a post under which it stands.")])
