"""Words that mean the same: a query in the words of one side looks for the other side, too.

The aliases of a site are few, so each process keeps them in memory and reads them anew every few seconds, outside of requests.
`expand` is pure. Must not know Flask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from app.core.db import db
from app.core.records import Struct
from app.search import analysis
from app.search.engines.base import Word
from app.search.models import SearchAlias

BOOST = 0.7  # of words that stand for several others, or several for one: they were not typed
MOST_ADDED = 8  # words that aliases add to one query


class Alias(Struct, frozen=True):
    """Whoever looks for the words `said` also looks for the words `means`."""

    said: tuple[tuple[str, ...], ...]
    means: tuple[tuple[str, ...], ...]


Known = Mapping[str, tuple[Alias, ...]]


class _InUse:
    """The aliases of the site, replaced as a whole: a query on another thread sees the old ones or the new."""

    known: Known = {}
    pairs: tuple[tuple[str, str, bool], ...] = ()
    version: int = 0


def make_aliases(pairs: Iterable[tuple[str, str, bool]]) -> dict[str, tuple[Alias, ...]]:
    """Return aliases by each stem they can begin with, from (said, means, whether it goes both ways)."""
    found: dict[str, list[Alias]] = {}
    for said, means, is_mutual in pairs:
        sides = tuple(analysis.variants(said)), tuple(analysis.variants(means))
        for alias in (Alias(*sides), Alias(*reversed(sides)))[: 1 + is_mutual]:
            if not alias.said or not alias.means or alias.said == alias.means:
                continue
            for stem in alias.said[0]:
                found.setdefault(stem, []).append(alias)
    return {stem: tuple(aliases) for stem, aliases in found.items()}


def expand(words: Sequence[Word], aliases: Known | None = None) -> tuple[Word, ...]:
    """Return the words of a query with what they also mean: a word for a word counts like the word itself, others BOOST.

    Aliases do not follow from one another. Without `aliases` those of the site are used.
    """
    known = _InUse.known if aliases is None else aliases
    if not known:
        return tuple(words)
    result, added = list(words), dict[tuple[str, ...], Word]()
    for at, word in enumerate(words):
        for alias in dict.fromkeys(alias for stem in word.stems for alias in known.get(stem, ())):
            if not _stands_at(alias, words, at):
                continue
            if len(alias.said) == len(alias.means) == 1:
                result[at] = Word(tuple(dict.fromkeys((*result[at].stems, *alias.means[0]))), result[at].boost)
            else:
                added.update({stems: Word(stems, word.boost * BOOST) for stems in alias.means})
    present = {word.stems for word in result}
    return (*result, *[word for stems, word in added.items() if stems not in present][:MOST_ADDED])


def _stands_at(alias: Alias, words: Sequence[Word], at: int) -> bool:
    run = words[at : at + len(alias.said)]
    return len(run) == len(alias.said) and all(set(stems) & set(word.stems) for stems, word in zip(alias.said, run, strict=True))


def refresh() -> int:
    """Read the aliases of the site anew, in one statement, and return how many there are. Not to be called in a request."""
    statement = (
        sa.select(SearchAlias.said, SearchAlias.means, SearchAlias.is_mutual)
        .where(SearchAlias.removed_at.is_(None))
        .order_by(SearchAlias.id)
    )
    pairs = tuple((said, means, is_mutual) for said, means, is_mutual in db.session.execute(statement))
    if pairs != _InUse.pairs:
        _use(pairs)
    return len(pairs)


def forget() -> None:
    """Use no alias until the next `refresh`."""
    _use(())


def version() -> int:
    """A number that is another one once the aliases in use are other ones."""
    return _InUse.version


def _use(pairs: tuple[tuple[str, str, bool], ...]) -> None:
    _InUse.known, _InUse.pairs = make_aliases(pairs), pairs
    _InUse.version += 1
