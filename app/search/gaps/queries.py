"""What curators read about gaps and aliases: frozen rows, without anything that only others may read."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import Page, window
from app.core.records import Struct
from app.search.gaps.deciding import can_see_gap, visible_gaps
from app.search.models import GapState, GapWording, SearchAlias, SearchGap

PER_PAGE = 25
EXAMPLES = 5


class GapRow(Struct, frozen=True):
    """A gap as its list shows it. `others`: what else people typed; `missing_path`: the solved question that is not found."""

    id: int
    text: str
    others: tuple[str, ...]
    people: int
    searches: int
    empty: int
    last_at: datetime
    state: str
    reason: str
    decided_at: datetime | None
    decided_by: str
    missing_path: str

    @property
    def is_empty(self) -> bool:
        """Whether most of its searches find nothing at all."""
        return self.empty * 2 >= self.searches


class AliasRow(Struct, frozen=True):
    """An alias as its list shows it."""

    id: int
    said: str
    means: str
    is_mutual: bool
    created_at: datetime
    created_by: str
    is_removed: bool


def list_gaps(actor: Actor, *, state: str, page: int = 1) -> Page[GapRow]:
    """Return the gaps in one state, those most people fell into first, in two statements."""
    offset, limit = window(page, PER_PAGE)
    statement = (
        sa.select(SearchGap, Person.display_name)
        .outerjoin(Person, Person.id == SearchGap.decided_by_id)
        .where(SearchGap.state == state, visible_gaps(actor))
        .order_by(SearchGap.missing_thread_id.is_(None), SearchGap.people.desc(), SearchGap.last_at.desc(), SearchGap.id)
        .offset(offset)
        .limit(limit)
    )
    found = db.session.execute(statement).all()
    others = _wordings(actor, [gap.id for gap, _name in found[:PER_PAGE]])
    return Page.from_rows([_row(gap, name or "", others.get(gap.id, [])) for gap, name in found], page, PER_PAGE)


def _row(gap: SearchGap, name: str, wordings: list[str]) -> GapRow:
    return GapRow(
        id=gap.id, text=gap.text, others=tuple(text for text in wordings if text != gap.text)[:EXAMPLES], people=gap.people,
        searches=gap.searches, empty=gap.empty, last_at=gap.last_at, state=gap.state, reason=gap.reason,
        decided_at=gap.decided_at, decided_by=name,
        missing_path=f"/questions/{gap.missing_thread_id}" if gap.missing_thread_id else "",
    )  # fmt: skip


def _wordings(actor: Actor, gap_ids: list[int]) -> dict[int, list[str]]:
    """What the actor may know that people typed, the most frequent first."""
    statement = (
        sa.select(GapWording.gap_id, GapWording.text)
        .where(GapWording.gap_id.in_(gap_ids), GapWording.audience.in_(actor.audiences))
        .order_by(GapWording.people.desc(), GapWording.text)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for gap_id, text in db.session.execute(statement) if gap_ids else ():
        found[gap_id].append(text)
    return found


def count_gaps(actor: Actor) -> dict[str, int]:
    """Return how many gaps are in each state."""
    statement = sa.select(SearchGap.state, sa.func.count()).where(visible_gaps(actor)).group_by(SearchGap.state)
    counts = {row[0]: row[1] for row in db.session.execute(statement)}
    return {str(state): counts.get(state, 0) for state in GapState}


def get_gap(actor: Actor, gap_id: int) -> SearchGap:
    """Return a gap. Raises NotFound when the actor may not know of it."""
    gap = db.session.get(SearchGap, gap_id)
    if gap is None or not can_see_gap(actor, gap):
        raise NotFound(_("There is no such gap."))
    return gap


def list_gap_texts(actor: Actor, gap_id: int) -> list[str]:
    """Return what people typed, for the article that fills the gap."""
    return _wordings(actor, [gap_id]).get(gap_id, [])


def list_aliases(*, is_removed: bool = False, page: int = 1) -> Page[AliasRow]:
    """Return aliases in use, or removed ones, by what is said."""
    offset, limit = window(page, PER_PAGE * 2)
    removed = SearchAlias.removed_at.is_not(None) if is_removed else SearchAlias.removed_at.is_(None)
    statement = (
        sa.select(SearchAlias, Person.display_name)
        .outerjoin(Person, Person.id == SearchAlias.created_by_id)
        .where(removed)
        .order_by(sa.func.lower(SearchAlias.said), SearchAlias.id)
        .offset(offset)
        .limit(limit)
    )
    rows = [
        AliasRow(one.id, one.said, one.means, one.is_mutual, one.created_at, name or "", is_removed)
        for one, name in db.session.execute(statement)
    ]
    return Page.from_rows(rows, page, PER_PAGE * 2)
