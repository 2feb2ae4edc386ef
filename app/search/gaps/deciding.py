"""What curators do about a gap: have an article written, say what its words mean, or set it aside. All of it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.reasons import REASON_MAX
from app.core.uow import after_commit, require_unit_of_work
from app.search import aliases, analysis
from app.search.events import AliasChanged, GapDecided
from app.search.models import GapState, SearchAlias, SearchGap

SAID_MAX = 80
_DECISIONS = {
    GapState.WRITING: "gap_write",
    GapState.ALIAS: "gap_alias",
    GapState.NOT_OURS: "gap_not_ours",
    GapState.OPEN: "gap_reopen",
}


def can_see_gap(actor: Actor, gap: SearchGap) -> bool:
    """Curators see gaps, except those that only staff searched for: these are for staff."""
    return actor.is_curator and actor.can_read(gap.audience)


def visible_gaps(actor: Actor) -> sa.ColumnElement[bool]:
    """`can_see_gap` in SQL."""
    return SearchGap.audience.in_(actor.audiences) if actor.is_curator else sa.false()


def ensure_can_curate_search(actor: Actor) -> None:
    """Raise Forbidden unless the actor looks after what is found."""
    if not actor.is_curator:
        raise Forbidden(_("Only staff and moderators look after search."))


def get_gap_for_update(actor: Actor, gap_id: int) -> SearchGap:
    """Lock a gap that the actor may decide about. Raises Forbidden, NotFound."""
    require_unit_of_work()
    ensure_can_curate_search(actor)
    gap = db.session.get(SearchGap, gap_id, with_for_update={"key_share": True}, populate_existing=True)
    if gap is None or not can_see_gap(actor, gap):
        raise NotFound(_("There is no such gap."))
    return gap


def begin_article(actor: Actor, *, gap_id: int) -> SearchGap:
    """Note that somebody writes the article that is missing. Raises Forbidden, NotFound, Conflict (decided meanwhile)."""
    return _decide(actor, _get_open(actor, gap_id), GapState.WRITING, "")


def set_aside(actor: Actor, *, gap_id: int, reason: str) -> SearchGap:
    """Say that a gap is not ours to fill. Raises Invalid("reason") without a reason, Forbidden, NotFound, Conflict."""
    gap = _get_open(actor, gap_id)
    if not reason.strip():
        raise Invalid(_("Please say in a few words why this is not ours."), field="reason")
    return _decide(actor, gap, GapState.NOT_OURS, reason)


def reopen_gap(actor: Actor, *, gap_id: int, reason: str = "") -> SearchGap:
    """Take a decision back; aliases made for the gap are removed. Raises Forbidden, NotFound, Conflict when it is open."""
    gap = get_gap_for_update(actor, gap_id)
    if gap.state == GapState.OPEN:
        raise Conflict(_("This gap is open already."))
    made = sa.select(SearchAlias).where(SearchAlias.gap_id == gap.id, SearchAlias.removed_at.is_(None))
    for alias in db.session.scalars(made.with_for_update(key_share=True)):
        alias.removed_at = now()
    _follow()
    return _decide(actor, gap, GapState.OPEN, reason)


def add_alias(
    actor: Actor, *, said: str, means: str, is_mutual: bool = False, gap_id: int | None = None
) -> SearchAlias:  # fmt: skip
    """Let searches for `said` find what says `means`; for a gap, this is its decision.

    Raises Invalid (nothing said, the same words, known already), Forbidden, NotFound, Conflict.
    """
    require_unit_of_work()
    ensure_can_curate_search(actor)
    said, means = _check(said, means)
    gap = _get_open(actor, gap_id) if gap_id is not None else None
    alias = SearchAlias(said=said, means=means, is_mutual=is_mutual, gap_id=gap_id, created_by_id=actor.id, created_at=now())
    db.session.add(alias)
    db.session.flush()
    _follow()
    emit(AliasChanged(alias.id, actor.id, "alias_add"))
    if gap is not None:
        with speaking(None):  # others read it, too
            reason = _("“%(said)s” means “%(means)s”", said=said, means=means)
        _decide(actor, gap, GapState.ALIAS, reason)
    return alias


def remove_alias(actor: Actor, *, alias_id: int, reason: str = "") -> SearchAlias:
    """Let the words of an alias mean only themselves again. Raises Forbidden, NotFound, Conflict when it is gone."""
    alias = _get_alias(actor, alias_id)
    if alias.removed_at is not None:
        raise Conflict(_("This was removed already."))
    alias.removed_at = now()
    return _changed(actor, alias, "alias_remove", reason)


def restore_alias(actor: Actor, *, alias_id: int, reason: str = "") -> SearchAlias:
    """Put an alias back. Raises Forbidden, NotFound, Conflict when it is there."""
    alias = _get_alias(actor, alias_id)
    if alias.removed_at is None:
        raise Conflict(_("This is in use already."))
    _ensure_new(alias.said, alias.means)
    alias.removed_at = None
    return _changed(actor, alias, "alias_restore", reason)


def _get_open(actor: Actor, gap_id: int) -> SearchGap:
    gap = get_gap_for_update(actor, gap_id)
    if gap.state != GapState.OPEN:
        raise Conflict(_("Somebody decided about this meanwhile. Please look again."))
    return gap


def _decide(actor: Actor, gap: SearchGap, state: GapState, reason: str) -> SearchGap:
    before, gap.state = gap.state, state
    gap.reason = reason.strip()[:REASON_MAX] if state != GapState.OPEN else ""
    gap.decided_by_id, gap.decided_at = actor.id, now()
    db.session.flush()
    emit(GapDecided(gap.id, actor.id, _DECISIONS[state], reason, before))
    return gap


def _get_alias(actor: Actor, alias_id: int) -> SearchAlias:
    require_unit_of_work()
    ensure_can_curate_search(actor)
    alias = db.session.get(SearchAlias, alias_id, with_for_update={"key_share": True}, populate_existing=True)
    if alias is None:
        raise NotFound(_("There is no such entry."))
    return alias


def _changed(actor: Actor, alias: SearchAlias, change: str, reason: str) -> SearchAlias:
    db.session.flush()
    _follow()
    emit(AliasChanged(alias.id, actor.id, change, reason))
    return alias


def _check(said: str, means: str) -> tuple[str, str]:
    said, means = " ".join(said.split())[:SAID_MAX], " ".join(means.split())[:SAID_MAX]
    problems = {
        name: _("Please give at least one word that means something.")
        for name, text in (("said", said), ("means", means))
        if not any(analysis.variants(text))
    }
    if problems:
        raise Invalid(problems)
    if _are_same(list(analysis.variants(said)), list(analysis.variants(means))):
        raise Invalid(_("Search takes these for the same words already."), field="means")
    _ensure_new(said, means)
    return said, means


def _are_same(said: list[tuple[str, ...]], means: list[tuple[str, ...]]) -> bool:
    """Return whether search takes each word for the other in its place: a singular and its plural, for example."""
    return len(said) == len(means) and all(set(one) & set(other) for one, other in zip(said, means, strict=True))


def _ensure_new(said: str, means: str) -> None:
    same = sa.and_(sa.func.lower(SearchAlias.said) == said.lower(), sa.func.lower(SearchAlias.means) == means.lower())
    if db.session.scalar(sa.select(SearchAlias.id).where(same, SearchAlias.removed_at.is_(None)).limit(1)) is not None:
        raise Invalid(_("This is in the list already."), field="said")


def _refresh() -> None:
    aliases.refresh()


def _follow() -> None:
    """Have this process use the change at once; others follow within seconds."""
    after_commit(_refresh)
