"""The form of decisions about levels of trust."""

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.core.i18n import lazy_gettext
from app.core.reasons import FOR_THE_PERSON
from app.core.trust import Level
from app.moderation.forms.people import LENGTHS
from app.web.forms import BaseForm, reason_field

LOWER, PIN, FREE = "lower", "pin", "free"


class LevelForm(BaseForm):
    """What is to hold for somebody's level. Which of the fields count, the decision says."""

    decision = RadioField(
        lazy_gettext("What is to hold?"), validators=[InputRequired(lazy_gettext("Please choose what is to hold."))],
        choices=[
            SelectChoice(LOWER, lazy_gettext("No more than this level for a while; after it, the record counts again")),
            SelectChoice(PIN, lazy_gettext("This level for good, whatever the record says")),
            SelectChoice(FREE, lazy_gettext("What the record earns, and nothing by hand")),
        ],
    )  # fmt: skip
    level = SelectField(
        lazy_gettext("Level"), coerce=str, default="0", choices=[SelectChoice(str(int(level)), level.label) for level in Level]
    )
    days = SelectField(
        lazy_gettext("For how long?"),
        coerce=str,
        default="30",
        choices=[SelectChoice(str(days), label) for days, label in LENGTHS],
    )
    reason = reason_field(lazy_gettext("Why?"), FOR_THE_PERSON, kind=StringField)
