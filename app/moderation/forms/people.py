"""Forms of decisions about people, and of what those answer."""

from datetime import datetime, timedelta
from hashlib import sha256

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.reasons import FOR_THE_PERSON, REASON_MAX
from app.moderation.models import SanctionKind
from app.moderation.people.appealing import ANSWER_MAX, NOTE_MAX
from app.moderation.people.reasons import TEMPLATES, compose_reason
from app.web.forms import BaseForm, block, line, reason_field

KINDS = (
    (SanctionKind.WARN, lazy_gettext("Warn: they must read it before they write on")),
    (SanctionKind.MUTE, lazy_gettext("Mute: they read, vote and follow, but write no texts until a date")),
    (SanctionKind.SUSPEND, lazy_gettext("Suspend: they read, but write, vote and report nothing until a date")),
    (SanctionKind.BAN, lazy_gettext("Ban: they are signed out and cannot sign in any more")),
)
LENGTHS = (
    (1, lazy_gettext("1 day")), (3, lazy_gettext("3 days")), (7, lazy_gettext("a week")), (14, lazy_gettext("2 weeks")),
    (30, lazy_gettext("a month")), (90, lazy_gettext("3 months")), (365, lazy_gettext("a year")),
)  # fmt: skip


class DecideForm(BaseForm):
    """A decision about a person. `seen` says which decision its maker has seen as the person will read it."""

    kind = RadioField(
        lazy_gettext("What happens?"), choices=[SelectChoice(str(value), label) for value, label in KINDS],
        validators=[InputRequired(lazy_gettext("Please choose what is to happen."))],
    )  # fmt: skip
    days = SelectField(
        lazy_gettext("For how long?"),
        choices=[SelectChoice(str(days), label) for days, label in LENGTHS],
        default="7",
        coerce=str,
    )
    template = SelectField(
        lazy_gettext("Reason"), default="", coerce=str,
        choices=[SelectChoice("", lazy_gettext("In my own words")), *(SelectChoice(key, label) for key, (label, _words) in TEMPLATES.items())],
    )  # fmt: skip
    words = TextAreaField(lazy_gettext("In your own words"), filters=[line])
    seen = StringField(widget=HiddenInput(), filters=[line])

    def reason(self) -> str:
        """Return what the person will read as the reason. Raises Invalid("words") for nothing, and for too much."""
        reason = compose_reason(self.template.data or "", self.words.data or "")
        if not reason:
            raise Invalid(_("Please choose a reason, or say it in your own words. The person will read it."), "words")
        if len(reason) > REASON_MAX:
            raise Invalid(
                _(
                    "Please keep all of it to %(reason_max)s characters; it has %(reason)s.",
                    reason_max=REASON_MAX,
                    reason=len(reason),
                ),
                "words",
            )
        return reason

    def until(self, moment: datetime) -> datetime | None:
        """Return the end, for what has one, on the minute."""
        if self.kind.data not in (SanctionKind.MUTE, SanctionKind.SUSPEND):
            return None
        return (moment + timedelta(days=int(self.days.data or 7))).replace(second=0, microsecond=0)

    def digest(self) -> str:
        """Return what names this very decision."""
        days = self.days.data if self.kind.data in (SanctionKind.MUTE, SanctionKind.SUSPEND) else ""
        return sha256(f"{self.kind.data}|{days}|{self.reason()}".encode(errors="replace")).hexdigest()[:20]


class EndForm(BaseForm):
    """Why a sanction is taken back."""

    reason = reason_field(lazy_gettext("Why? The person will read it."), FOR_THE_PERSON)


class RemoveForm(BaseForm):
    """Why everything goes out of sight that somebody wrote."""

    reason = reason_field(lazy_gettext("Why?"), FOR_THE_PERSON)


class AppealForm(BaseForm):
    """Why the moderators should think again."""

    note = TextAreaField(
        lazy_gettext("Why should we think again?"), filters=[block],
        validators=[
            InputRequired(lazy_gettext("Please say in your own words why we should think again.")),
            Length(max=NOTE_MAX, message=lazy_gettext("Please use at most %(note_max)s characters.", note_max=NOTE_MAX)),
        ],
    )  # fmt: skip


class AnswerForm(BaseForm):
    """What becomes of an appeal."""

    decision = RadioField(
        lazy_gettext("What becomes of it?"), validators=[InputRequired(lazy_gettext("Please choose what becomes of it."))],
        choices=[SelectChoice("uphold", lazy_gettext("The decision stays")), SelectChoice("lift", lazy_gettext("It is taken back"))],
    )  # fmt: skip
    answer = TextAreaField(
        lazy_gettext("Your answer, which the person reads"), filters=[block],
        validators=[
            InputRequired(lazy_gettext("Please answer in a sentence or two. The person will read it.")),
            Length(max=ANSWER_MAX, message=lazy_gettext("Please keep the answer to %(answer_max)s characters.", answer_max=ANSWER_MAX)),
        ],
    )  # fmt: skip
