"""The form that says what belongs to a wave."""

import re
from datetime import UTC, datetime, timedelta

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import DateTimeLocalInput

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.moderation.screening.traits import host_of, normal_host
from app.moderation.waves.criteria import HOSTS_MAX, PEOPLE_MAX, Criteria
from app.moderation.waves.starting import Start
from app.web.forms import BaseForm, block, line, reason_field

USUAL_DAYS = 7
SAMPLE_MAX = 10_000
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


def _moment_field(label: str) -> StringField:
    return StringField(label, filters=[line], widget=DateTimeLocalInput(), validators=[Length(max=30)])


def _line_field(label: str, most: int) -> StringField:
    return StringField(
        label,
        filters=[line],
        validators=[Length(max=most, message=lazy_gettext("Please use at most %(most)s characters.", most=most))],
    )


class WaveForm(BaseForm):
    """Hosts, a text, accounts, times. What makes sense together is said by the criteria."""

    hosts = _line_field(lazy_gettext("Leads to"), 600)
    sample = TextAreaField(
        lazy_gettext("Says much the same as this text"), filters=[block],
        validators=[Length(max=SAMPLE_MAX, message=lazy_gettext("Please use at most %(sample_max)s characters.", sample_max=SAMPLE_MAX))],
    )  # fmt: skip
    people = _line_field(lazy_gettext("Accounts by name"), 2_000)
    joined_from = _moment_field(lazy_gettext("Joined after (UTC)"))
    joined_to = _moment_field(lazy_gettext("Joined before (UTC)"))
    name_pattern = _line_field(lazy_gettext("Named like"), 60)
    mail_host = _line_field(lazy_gettext("With an address at"), 120)
    needs_both = BooleanField(lazy_gettext("Only texts that fit both: what they say and who wrote them"))
    written_from = _moment_field(lazy_gettext("Written after (UTC)"))
    written_to = _moment_field(lazy_gettext("Written before (UTC)"))
    reason = reason_field(lazy_gettext("Reason"), kind=StringField)
    seen_at = StringField(filters=[line], validators=[Length(max=40)])

    def begin_with(self, start: Start, moment: datetime) -> None:
        """Fill in what one text or account has, and the last days."""
        self.hosts.data, self.sample.data = ", ".join(start.hosts), start.sample
        self.people.data = ", ".join(start.people)
        self.written_from.data = (moment - timedelta(days=USUAL_DAYS)).strftime(_FORMATS[0])

    def criteria(self, moment: datetime) -> Criteria:
        """Return what was typed; nothing written after `moment`, or after the page was looked at, counts. Raises Invalid by field."""
        self.ensure_valid()
        until = min(one for one in (self._moment("written_to"), self._seen_at(), moment) if one is not None)
        return Criteria(
            written_from=self._moment("written_from") or until - timedelta(days=USUAL_DAYS), written_to=until,
            hosts=self._hosts(), sample=self.sample.data or "", people=self._people(), joined_from=self._moment("joined_from"),
            joined_to=self._moment("joined_to"), name_pattern=self.name_pattern.data or "",
            mail_host=normal_host((self.mail_host.data or "").removeprefix("@")), needs_both=bool(self.needs_both.data),
        )  # fmt: skip

    def _hosts(self) -> tuple[str, ...]:
        typed = [one for one in re.split(r"[,\s]+", self.hosts.data or "") if one]
        hosts = [host_of(one) if "//" in one else normal_host(one.split("/")[0]) for one in typed]
        if any("." not in host for host in hosts):
            raise Invalid(_("Please give hosts like example.com, separated by commas."), field="hosts")
        if len(hosts) > HOSTS_MAX:
            raise Invalid(_("Please give at most %(hosts_max)s hosts.", hosts_max=HOSTS_MAX), field="hosts")
        return tuple(dict.fromkeys(hosts))

    def _people(self) -> tuple[str, ...]:
        names = [one.removeprefix("@") for one in re.split(r"[,\s]+", self.people.data or "") if one]
        if len(names) > PEOPLE_MAX:
            raise Invalid(_("Please give at most %(people_max)s names.", people_max=PEOPLE_MAX), field="people")
        return tuple(dict.fromkeys(names))

    def _moment(self, name: str) -> datetime | None:
        typed = self[name].data
        if not typed:
            return None
        for form in _FORMATS:
            try:
                return datetime.strptime(typed, form).replace(tzinfo=UTC)
            except ValueError:
                continue
        raise Invalid(_("Please give a day and a time, like 2026-05-01 14:30."), field=name)

    def _seen_at(self) -> datetime | None:
        try:
            moment = datetime.fromisoformat(self.seen_at.data or "")
        except ValueError:
            return None
        return moment if moment.tzinfo else None
