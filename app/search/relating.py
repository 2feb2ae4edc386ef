"""What is like a document, found ahead for readers of all audiences and kept in `read_next`, so that its page need not ask the index."""

from collections.abc import Mapping, Sequence

from app.core.actor import ANONYMOUS, Actor, Role
from app.search.documents import make_key
from app.search.engines.base import Scored, SearchEngine
from app.search.suggest import load_titles, most_similar

Texts = Mapping[int, tuple[str, str]]  # title and text of documents of one kind, by id

_STAFF, _MEMBER = Actor(id=0, role=Role.STAFF), Actor(id=0, role=Role.MEMBER)


def similar_for_all(engine: SearchEngine, kind: str, given: Texts, limit: int) -> dict[int, Sequence[Scored]]:
    """Return what is like each document, best first: the first `limit` for whoever reads most, and those of other readers.

    Without what a reader may not see, it is what the index would have told that reader, and at least `limit` if there are so many.
    """
    similar: dict[int, Sequence[Scored]] = {}
    for target_id, (title, text) in given.items():
        similar[target_id] = most_similar(engine, title, text, _STAFF.audiences, limit, make_key(kind, target_id))
    open_keys = {card.key for card in load_titles({hit for hits in similar.values() for hit in hits}, ANONYMOUS)}
    for target_id, hits in similar.items():
        if any(hit.key not in open_keys for hit in hits):
            similar[target_id] = _with_others(engine, make_key(kind, target_id), *given[target_id], limit, hits)
    return similar


def _with_others(engine: SearchEngine, key: str, title: str, text: str, limit: int, hits: Sequence[Scored]) -> list[Scored]:
    """Return the hits of those who see most, with those that others find in place of what they do not see."""
    found = {hit.key: hit for hit in hits}
    for actor in (_MEMBER, ANONYMOUS):
        more = most_similar(engine, title, text, actor.audiences, limit, key)
        found |= {hit.key: hit for hit in more if hit.key not in found}
    return sorted(found.values(), key=lambda hit: -hit.score)
