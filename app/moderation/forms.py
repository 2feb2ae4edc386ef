"""Forms of moderation."""

import re
from typing import Self

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from app.moderation.flags.reasons import label_of, reasons_for
from app.moderation.models import RuleKind, RuleMeasure
from app.moderation.screening.keeping import NOTE_MAX as RULE_NOTE_MAX
from app.moderation.services.flagging import NOTE_MAX
from app.moderation.services.logging import REASON_MAX
from app.web.forms import BaseForm, block, line

_ADDRESS = re.compile(r"/(?:questions|discussions)/([0-9]{1,18})(?:[/?#]|$)")

WORD_MEASURES = (
    (RuleMeasure.HOLD, "The text waits for a moderator"),
    (RuleMeasure.BLOCK, "The text is refused, and its author told why"),
    (RuleMeasure.TAG, "New threads that say it get a tag"),
)
HOST_MEASURES = (
    (RuleMeasure.HOLD, "Texts that lead there wait for a moderator"),
    (RuleMeasure.BLOCK, "Texts that lead there are refused, and their authors told why"),
    (RuleMeasure.ALLOW, "Links there never count, not even those of new people"),
)


class FlagForm(BaseForm):
    """What is wrong with a text or a person; the reasons depend on what is reported."""

    reason = RadioField("What is wrong?", validators=[InputRequired("Please choose what is wrong.")])
    original = StringField(
        "The question that was asked before",
        filters=[line],
        validators=[Length(max=300, message="Please use at most 300 characters.")],
    )
    note = TextAreaField(
        "A few words for the moderators", filters=[block],
        validators=[Length(max=NOTE_MAX, message=f"Please use at most {NOTE_MAX} characters.")],
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


class RuleForm(BaseForm):
    """A word or host to watch. What is possible together is the service's to say."""

    kind = StringField(widget=HiddenInput(), default=RuleKind.WORD)
    text = StringField("Word or phrase", filters=[line], validators=[InputRequired("Please say what to watch.")])
    measure = RadioField("What happens?", validators=[InputRequired("Please choose what happens.")])
    tag = StringField("Tag", filters=[line], validators=[Length(max=40, message="A tag has at most 40 characters.")])
    note = StringField(
        "Sentence for the author", filters=[line],
        validators=[Length(max=RULE_NOTE_MAX, message=f"Please use at most {RULE_NOTE_MAX} characters.")],
    )  # fmt: skip

    def offer(self, kind: str) -> None:
        """Offer what can be done about words, or about hosts."""
        offered = WORD_MEASURES if kind == RuleKind.WORD else HOST_MEASURES
        self.measure.choices = [SelectChoice(str(value), label) for value, label in offered]
        self.kind.data = kind
        if kind == RuleKind.HOST:
            self.text.label.text = "Host"


class TryForm(BaseForm):
    """A text to try screening on."""

    text = TextAreaField(
        "Text", filters=[block],
        validators=[InputRequired("Please paste a text."), Length(max=10_000, message="Please use at most 10,000 characters.")],
    )  # fmt: skip


class JoinForm(BaseForm):
    """Which question a question is joined to, and why."""

    original_id = StringField(
        "Address or number of the question that stays", filters=[line],
        validators=[InputRequired("Please paste the address or the number of the question that stays.")],
    )  # fmt: skip
    reason = TextAreaField(
        "Reason", filters=[line],
        validators=[Length(max=REASON_MAX, message=f"Please keep the reason to {REASON_MAX} characters.")],
    )  # fmt: skip


class SeparateForm(BaseForm):
    """Why a question stands on its own again, and whether those that came with it go with it."""

    followers = BooleanField("Take along the questions that came with it")
    reason = TextAreaField(
        "Reason", filters=[line],
        validators=[Length(max=REASON_MAX, message=f"Please keep the reason to {REASON_MAX} characters.")],
    )  # fmt: skip


def parse_thread_number(raw: str) -> int | None:
    """Return the number of a thread that somebody typed: `12`, `#12`, or its address with or without the site; None for others."""
    if "/" in raw:
        found = _ADDRESS.search(raw)
        return int(found[1]) if found else None
    digits = raw.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
