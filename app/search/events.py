"""Facts about searches and what came of them."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class AskDeflected(Event):
    """Somebody who was about to ask said that a question or article shown to them solved it; nothing was posted.

    `query` is the title they had typed, one line as typed; `key` names the document ("t12", "a7"). `actor_id` is None for
    visitors. `visitor` tells people apart without naming them: a keyed hash, never an address.
    """

    query: str
    key: str
    actor_id: int | None
    visitor: str = ""
