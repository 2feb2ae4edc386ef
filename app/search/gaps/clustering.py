"""Which searches fail, and which of them are about the same thing. Pure; knows no database and no engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.core.actor import Audience
from app.core.records import Struct, field
from app.search import analysis

ALIKE = 0.5  # share of the words of two texts together that both have, from which they are about the same thing
LEAST_UNOPENED = 5  # sessions before results that nobody opens mean anything: a snippet may have said it all
FEW_CLICKS = 0.2  # share of sessions that opened something, up to which results are taken to be wrong
MOST_TEXTS = 5_000
_WIDTH = tuple(str(audience) for audience in Audience)


class Searched(Struct, frozen=True):
    """What became of one text: `sessions` searched for it, `found` of them opened something; `empty` of the searches had no hit."""

    text: str
    sessions: int
    searches: int
    empty: int
    found: int

    @property
    def is_empty(self) -> bool:
        """Whether it mostly finds nothing at all."""
        return self.empty * 2 >= self.searches

    @property
    def is_failing(self) -> bool:
        """Whether it finds nothing, or hardly anybody opens what it finds."""
        return self.sessions > self.found and (self.is_empty or self.found <= self.sessions * FEW_CLICKS)


class Failure(Struct, frozen=True):
    """One search that ended without anything: in which session, when, whether it had hits, and what the person may read."""

    text: str
    session_id: int
    at: datetime
    is_empty: bool
    audience: str


class Cluster(Struct):
    """Texts that are about the same thing, the first of which names it; `gap_id` when it is known already."""

    text: str
    texts: list[str] = field(default_factory=list)
    gap_id: int | None = None


class Weight(Struct, frozen=True):
    """What failures add up to; each session counts once."""

    people: int
    searches: int
    empty: int
    first_at: datetime
    last_at: datetime
    audience: str


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text by which it is compared: its first stems, without function words."""
    return frozenset(stems[0] for stems in analysis.variants(text))


def cluster(texts: Sequence[str], known: Mapping[str, int], leaders: Mapping[int, str]) -> list[Cluster]:
    """Return clusters of texts, which come with the most important first.

    `known` says to which gap a text belongs already, `leaders` what each gap is called: its name and known texts stay where they
    are, and a new one joins the first gap or cluster that it is ALIKE to. Texts without a word that means something stand alone.
    """
    found: list[Cluster] = []
    by_gap: dict[int, Cluster] = {}
    by_word: dict[str, list[Cluster]] = {}
    for gap_id, text in leaders.items():
        by_gap[gap_id] = _open(Cluster(text, gap_id=gap_id), found, by_word)
    named = {text: gap_id for gap_id, text in leaders.items()}
    for text in texts:
        home = by_gap.get(named.get(text) or known.get(text, 0)) or _closest(words_of(text), by_word)
        (home or _open(Cluster(text), found, by_word)).texts.append(text)
    return [one for one in found if one.texts]


def _open(fresh: Cluster, found: list[Cluster], by_word: dict[str, list[Cluster]]) -> Cluster:
    found.append(fresh)
    for word in words_of(fresh.text):
        by_word.setdefault(word, []).append(fresh)
    return fresh


def _closest(words: frozenset[str], by_word: Mapping[str, list[Cluster]]) -> Cluster | None:
    shared = Counter[int]()
    candidates: dict[int, Cluster] = {}
    for word in words:
        for one in by_word.get(word, ()):
            shared[id(one)] += 1
            candidates[id(one)] = one
    best, most = None, 0.0
    for name, count in shared.items():
        likeness = count / len(words | words_of(candidates[name].text))
        if likeness >= ALIKE and likeness > most:
            best, most = candidates[name], likeness
    return best


def weigh(failures: Iterable[Failure]) -> Weight | None:
    """Return what some failures add up to; None when there are none."""
    ones = list(failures)
    if not ones:
        return None
    return Weight(
        people=len({one.session_id for one in ones}), searches=len(ones), empty=sum(one.is_empty for one in ones),
        first_at=min(one.at for one in ones), last_at=max(one.at for one in ones),
        audience=min((one.audience for one in ones), key=_WIDTH.index),
    )  # fmt: skip


def is_gap(weight: Weight, least: int) -> bool:
    """Return whether failures are enough for a gap: `least` people who found nothing, or LEAST_UNOPENED who opened nothing."""
    bound = least if weight.empty * 2 >= weight.searches else max(least, LEAST_UNOPENED)
    return weight.people >= bound
