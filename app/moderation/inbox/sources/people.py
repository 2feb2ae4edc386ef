"""Reported people, as items of the inbox. What follows for them is decided on the page of their record."""

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from markupsafe import Markup

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import db, read
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.listing import listed
from app.core.records import Struct
from app.forum.queries.categories import reader_of
from app.moderation.flags.criteria import WAITS
from app.moderation.flags.reasons import harm_of, label_of
from app.moderation.flags.resolving import resolve_person_flags
from app.moderation.flags.weighing import weight_words
from app.moderation.inbox.item import Choice, Decision, InboxDetail, InboxItem, ItemLink, Voice
from app.moderation.inbox.order import Harm
from app.moderation.inbox.registry import InboxSource
from app.moderation.models import Flag, FlagReason
from app.moderation.policies import asked_by, is_for
from app.moderation.urls import record_path

KIND = "reported-person"
_RIGHT = Decision(
    "uphold", lazy_gettext("They are right"), "y", lazy_gettext("the reports are upheld; nothing happens to the person by this"),
    lazy_gettext("The reports are upheld."),
    needs_reason=True, reason_label=lazy_gettext("What those who reported are told"), tone="danger", icon="check",
)  # fmt: skip
_FINE = Decision(
    "decline", lazy_gettext("Nothing wrong"), "f", lazy_gettext("the reports are declined"), lazy_gettext("The reports are declined."),
    needs_reason=True,
    reason_label=lazy_gettext("What those who reported are told"), icon="close",
)  # fmt: skip
_VOICES = 20


class _Reported(Struct, frozen=True):
    """A person with the reasons they are reported for."""

    id: int
    name: str
    display_name: str
    since: datetime
    reasons: tuple[str, ...]


def _list_reported(actor: Actor, limit: int, only: int | None = None) -> list[_Reported]:
    """Return reported people, the longest waiting first, in one statement."""
    counts = [sa.func.count().filter(Flag.reason == reason).label(reason.value) for reason in FlagReason]
    statement = (
        sa.select(Flag.person_id, Person.name, Person.display_name, sa.func.min(Flag.created_at).label("since"), *counts)
        .join(Person, Person.id == Flag.person_id)
        .where(WAITS, Flag.person_id.is_not(None) if only is None else Flag.person_id == only)
        .where(is_for(actor, Flag.person_id))
        .group_by(Flag.person_id, Person.name, Person.display_name)
        .order_by(sa.func.min(Flag.created_at))
        .limit(limit)
    )
    return [
        _Reported(row[0] or 0, row[1], row[2], row[3], tuple(one.value for one in FlagReason if row._mapping[one.value]))
        for row in db.session.execute(statement)
    ]


def _item(row: _Reported) -> InboxItem:
    return InboxItem(
        kind=KIND, id=row.id, title=row.display_name, path=person_path(row.name), since=row.since, pill="flagged",
        summary=listed(label_of(reason) for reason in row.reasons),
        harm=Harm.ABUSE if any(harm_of(reason) > 1 for reason in row.reasons) else Harm.ODD, decisions=(_RIGHT, _FINE),
        links=(ItemLink(_("Warn, mute, suspend or ban"), record_path(row.id), "p", "person"),), person_id=row.id,
        person_name=row.display_name, person_path=person_path(row.name),
    )  # fmt: skip


def list_reported_people(actor: Actor, limit: int) -> list[InboxItem]:
    """Return reported people as items. Moderators see all but reports about themselves: people belong to no category."""
    return [_item(row) for row in _list_reported(actor, limit)] if actor.is_moderator else []


def count_reported_people(actor: Actor) -> int:
    """Return how many people are reported."""
    if not actor.is_moderator:
        return 0
    return read(_counting(reader_of(actor)), asked_by(actor)).scalar() or 0


@lru_cache(maxsize=8)
def _counting(actor: Actor) -> sa.Select[int]:
    reported = sa.select(sa.func.count(sa.distinct(Flag.person_id))).where(WAITS, Flag.person_id.is_not(None))
    return reported.where(is_for(actor, Flag.person_id))


def _find(actor: Actor, _kind: str, person_id: int) -> InboxItem | None:
    found = _list_reported(actor, 1, person_id) if actor.is_moderator else []
    return _item(found[0]) if found else None


def _show(_actor: Actor, item: InboxItem) -> InboxDetail:
    """Return what the profile says, and who reported why; two statements."""
    person = db.session.execute(sa.select(Person.about_html, Person.website, Person.created_at).where(Person.id == item.id)).one()
    statement = (
        sa.select(Flag.reason, Flag.note, Person.display_name, Person.name, Flag.created_at, Flag.weight)
        .join(Person, Person.id == Flag.reporter_id)
        .where(WAITS, Flag.person_id == item.id)
        .order_by(Flag.id)
        .limit(_VOICES)
    )
    voices = [
        Voice(label_of(row.reason), row.note, row.display_name, person_path(row.name), row.created_at, weight_words(row.weight))
        for row in db.session.execute(statement)
    ]
    facts = ((_("What"), _("Profile")), *(((_("Website"), person.website),) if person.website else ()))
    return InboxDetail(
        html=Markup(person.about_html),  # noqa: S704 - sanitised when it was saved
        voices=tuple(voices), voices_label=_("Reports"), facts=facts, written_at=person.created_at,
    )  # fmt: skip


def _decide(actor: Actor, choice: Choice) -> object:
    if choice.decision not in (_RIGHT.name, _FINE.name):
        raise NotFound
    is_upheld = choice.decision == _RIGHT.name
    return resolve_person_flags(actor, person_id=choice.id, is_upheld=is_upheld, note=choice.reason)


REPORTED_PEOPLE = InboxSource(
    "people", lazy_gettext("People"), (KIND,), list_reported_people, count_reported_people, _decide, show=_show, find=_find
)
