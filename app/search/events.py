"""Facts about searches and what came of them."""

from app.core.events import Event


class AskDeflected(Event, frozen=True):
    """Somebody who was about to ask said that a question or article shown to them solved it; nothing was posted.

    `query` is the title they had typed, one line as typed; `key` names the document ("t12", "a7"). `actor_id` is None for
    visitors. `visitor` tells people apart without naming them: a keyed hash, never an address.
    """

    query: str
    key: str
    actor_id: int | None
    visitor: str = ""


class GapDecided(Event, frozen=True):
    """Somebody decided about a gap; `decision` is gap_write, gap_alias, gap_not_ours or gap_reopen.

    `before` is the state it had, for undoing.
    """

    gap_id: int
    actor_id: int | None
    decision: str
    reason: str = ""
    before: str = ""


class AliasChanged(Event, frozen=True):
    """An alias was added, removed or put back; `change` is alias_add, alias_remove or alias_restore."""

    alias_id: int
    actor_id: int | None
    change: str
    reason: str = ""


class SolvedButNotFound(Event, frozen=True):
    """A solved thread began as a search for `text`, which still does not find it. Told once for each thread."""

    gap_id: int
    thread_id: int
    text: str
