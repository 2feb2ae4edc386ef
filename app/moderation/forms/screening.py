"""Forms of screening: what is watched for, and a text to try it on."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.moderation.models import RuleKind, RuleMeasure
from app.moderation.screening.keeping import NOTE_MAX
from app.web.forms import BaseForm, block, line

WORD_MEASURES = (
    (RuleMeasure.HOLD, lazy_gettext("The text waits for a moderator")),
    (RuleMeasure.BLOCK, lazy_gettext("The text is refused, and its author told why")),
    (RuleMeasure.TAG, lazy_gettext("New threads that say it get a tag")),
)
HOST_MEASURES = (
    (RuleMeasure.HOLD, lazy_gettext("Texts that lead there wait for a moderator")),
    (RuleMeasure.BLOCK, lazy_gettext("Texts that lead there are refused, and their authors told why")),
    (RuleMeasure.ALLOW, lazy_gettext("Links there never count, not even those of new people")),
)


class RuleForm(BaseForm):
    """A word or host to watch. What is possible together is the service's to say."""

    kind = StringField(widget=HiddenInput(), default=RuleKind.WORD)
    text = StringField(
        lazy_gettext("Word or phrase"), filters=[line], validators=[InputRequired(lazy_gettext("Please say what to watch."))]
    )
    measure = RadioField(lazy_gettext("What happens?"), validators=[InputRequired(lazy_gettext("Please choose what happens."))])
    tag = StringField(
        lazy_gettext("Tag"), filters=[line], validators=[Length(max=40, message=lazy_gettext("A tag has at most 40 characters."))]
    )
    note = StringField(
        lazy_gettext("Sentence for the author"), filters=[line],
        validators=[Length(max=NOTE_MAX, message=lazy_gettext("Please use at most %(note_max)s characters.", note_max=NOTE_MAX))],
    )  # fmt: skip

    def offer(self, kind: str) -> None:
        """Offer what can be done about words, or about hosts."""
        offered = WORD_MEASURES if kind == RuleKind.WORD else HOST_MEASURES
        self.measure.choices = [SelectChoice(str(value), label) for value, label in offered]
        self.kind.data = kind
        if kind == RuleKind.HOST:
            self.text.label.text = _("Host")


class TryForm(BaseForm):
    """A text to try screening on."""

    text = TextAreaField(
        lazy_gettext("Text"), filters=[block],
        validators=[InputRequired(lazy_gettext("Please paste a text.")), Length(max=10_000,
        message=lazy_gettext("Please use at most 10,000 characters."))],
    )  # fmt: skip
