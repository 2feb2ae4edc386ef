"""The form of decisions about levels of trust."""

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.core.reasons import FOR_THE_PERSON
from app.core.trust import Level
from app.moderation.forms.people import LENGTHS
from app.web.forms import BaseForm, reason_field

LOWER, PIN, FREE = "lower", "pin", "free"


class LevelForm(BaseForm):
    """What is to hold for somebody's level. Which of the fields count, the decision says."""

    decision = RadioField(
        "What is to hold?", validators=[InputRequired("Please choose what is to hold.")],
        choices=[
            SelectChoice(LOWER, "No more than this level for a while; after it, the record counts again"),
            SelectChoice(PIN, "This level for good, whatever the record says"),
            SelectChoice(FREE, "What the record earns, and nothing by hand"),
        ],
    )  # fmt: skip
    level = SelectField("Level", coerce=str, default="0", choices=[SelectChoice(str(int(level)), level.label) for level in Level])
    days = SelectField(
        "For how long?", coerce=str, default="30", choices=[SelectChoice(str(days), label) for days, label in LENGTHS]
    )
    reason = reason_field("Why?", FOR_THE_PERSON, kind=StringField)
