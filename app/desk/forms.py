"""Forms of the desk's arrangement: rules, groups, hours. They only parse; the rules are those of the services."""

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.text import parse_number
from app.desk.calendar import Span
from app.desk.queries.queue import parse_in_charge
from app.desk.services.scheduling import DAY_NAMES
from app.desk.times import parse_time, time_of
from app.web.forms import BaseForm, line

Choices = Sequence[tuple[str, str]]


class RuleForm(BaseForm):
    """Which questions, and who is in charge of them."""

    category_id = SelectField(lazy_gettext("Category"), validate_choice=False)
    tag = StringField(lazy_gettext("Tag"), filters=[line])
    in_charge = SelectField(lazy_gettext("In charge"), validate_choice=False)

    def offer(self, categories: Choices, people: Choices) -> "RuleForm":
        """Set the choices of both lists and return the form."""
        self.category_id.choices = [SelectChoice("", _("Any category")), *(SelectChoice(*choice) for choice in categories)]
        self.in_charge.choices = [
            SelectChoice("", _("Choose a group or a person")),
            *(SelectChoice(*choice) for choice in people),
        ]
        return self

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        person_id, group_id = parse_in_charge(self.in_charge.data or "")
        return {
            "category_id": parse_number(self.category_id.data), "tag_name": (self.tag.data or "").lower(), "assignee_id": person_id,
            "group_id": group_id,
        }  # fmt: skip


class GroupForm(BaseForm):
    """A group and its people."""

    name = StringField(lazy_gettext("Name"), filters=[line], validators=[InputRequired(lazy_gettext("Please give it a name."))])
    description = StringField(lazy_gettext("What it looks after"), filters=[line])
    members = SelectMultipleField(
        lazy_gettext("People"), validate_choice=False, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )

    def offer(self, people: Choices) -> "GroupForm":
        """Set who can be chosen and return the form."""
        self.members.choices = [SelectChoice(*choice) for choice in people]
        return self

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        ids = [number for number in map(parse_number, self.members.data or []) if number is not None]
        return {"name": self.name.data or "", "description": self.description.data or "", "member_ids": ids}


class WeekForm(BaseForm):
    """Seven days, each with two times; both empty mean closed."""

    def __init__(self, week: Sequence[Span | None] | None = None, **options: Any) -> None:
        values: dict[str, str] = {}
        for number, span in enumerate(week or ()):
            values |= {
                f"opens_{number}": time_of(span[0] if span else None),
                f"closes_{number}": time_of(span[1] if span else None),
            }
        super().__init__(data=values, **options)

    def days(self) -> list[tuple[str, Field, Field]]:
        """Return each day's name with its two fields."""
        return [(name, self[f"opens_{number}"], self[f"closes_{number}"]) for number, name in enumerate(DAY_NAMES)]

    def week(self) -> list[Span | None]:
        """Return the week as the service takes it; raise Invalid naming each day that cannot be read."""
        week: list[Span | None] = []
        errors = {}
        for number, (_day, opens, closes) in enumerate(self.days()):
            texts = (opens.data or "", closes.data or "")
            times = tuple(parse_time(text) for text in texts)
            if not any(texts):
                week.append(None)
            elif times[0] is None or times[1] is None or times[0] >= times[1]:
                errors[f"opens_{number}"] = _("Please give two times like 9:00 and 17:30, or leave both empty.")
            else:
                week.append((times[0], times[1]))
        if errors:
            raise Invalid(errors)
        return week


for _number_of_day, _name in enumerate(DAY_NAMES):
    setattr(WeekForm, f"opens_{_number_of_day}", StringField(lazy_gettext("%(day)s from", day=_name), filters=[line]))
    setattr(WeekForm, f"closes_{_number_of_day}", StringField(lazy_gettext("%(day)s until", day=_name), filters=[line]))


class HolidayForm(BaseForm):
    """A free day."""

    day = DateField(lazy_gettext("Day"), validators=[DataRequired(lazy_gettext("Please choose a day."))])
    name = StringField(lazy_gettext("Name"), filters=[line])
