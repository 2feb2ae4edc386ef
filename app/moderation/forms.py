"""Forms of moderation."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.moderation.models import FlagReason
from app.moderation.services.flagging import NOTE_MAX
from app.web.forms import BaseForm, block

REASONS = (
    (FlagReason.SPAM, "Spam or advertising"),
    (FlagReason.RUDE, "Rude or hurtful"),
    (FlagReason.OFF_TOPIC, "Does not belong here"),
    (FlagReason.WRONG, "Wrong or dangerous"),
    (FlagReason.DUPLICATE, "Asked before"),
    (FlagReason.OUTDATED, "Out of date"),
    (FlagReason.OTHER, "Something else"),
)


class FlagForm(BaseForm):
    """What is wrong with a text."""

    reason = RadioField(
        "What is wrong?", choices=[SelectChoice(str(value), label) for value, label in REASONS],
        validators=[InputRequired("Please choose what is wrong.")],
    )  # fmt: skip
    note = TextAreaField(
        "A few words for the moderators", filters=[block],
        validators=[Length(max=NOTE_MAX, message=f"Please use at most {NOTE_MAX} characters.")],
    )  # fmt: skip
