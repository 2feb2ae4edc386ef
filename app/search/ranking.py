"""How documents are ordered: the weight of each place where a word stands, the formula's constants, and the small priors.

Every engine takes these from here and applies them when a document is written or a query is scored, so that all engines rank
alike. Pure: knows no engine, no files and no database. What helped, what did not and how it was measured: docs/search.md.
Whoever changes what `weigh` or `prior` return raises RANKING_VERSION: indexes written under another number are rebuilt.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from app.core.records import Struct, field_names, replace
from app.search import analysis
from app.search.counting import CountedDocument
from app.search.documents import ARTICLE, SearchDocument
from app.search.engines.base import Word

RANKING_VERSION = 2


class Place(Struct, frozen=True):
    """What a word weighs where it stands. Longer texts than `usual` (words) weigh less: `share` says how much, 0 not at all."""

    weight: float
    usual: int
    share: float

    def of_length(self, words: int) -> float:
        """The weight of a word: `weight` at the usual length, less in a longer text, where a word says less."""
        return self.weight / (1.0 - self.share + self.share * words / self.usual)


# BM25F: a word's share of the score is idf * (K1 + 1) * w / (w + K1), with w the sum of its weights in all places.
# Lengths are compared with fixed usual ones and not with the average of the site, so that a weight can be stored once for all.
K1 = 3.0
B = 0.0  # of BM25's own length normalisation: the weights have it already
TITLE = Place(4.0, usual=6, share=0.3)
TAGS = Place(2.0, usual=5, share=0.0)
BODY = Place(1.0, usual=40, share=0.6)
ANSWERS = Place(1.0, usual=120, share=0.2)  # a thread with many answers is long because it is good
ASKED_AS = Place(4.0, usual=6, share=0.0)  # other people's titles for the same problem deserve what a title deserves
PLACES = (TITLE, TAGS, BODY, ANSWERS, ASKED_AS)
HINT_BOOST = 0.2  # of a piece of a compound that a query shares with a document
MOST_HINTS = 0.6  # share of a query's pieces that a document must hold to be found by them alone

# A title that is the query comes first: no other match can score a hundred times as much (K1 + 1 bounds a word's share, and
# the priors together stay below 3).
EXACT_TITLE = 100.0
# All words of the query stand in the title, tags or wordings of a question with an answer card: before everything but an exact
# title. Of fewer words than CARD_WORDS too many questions would claim to be the answer.
CARD_MATCH = 10.0
CARD_WORDS = 2

TITLE_WORDS = 8  # words of a title that decide what is similar: the rarest; more cost time and add nothing measurable
BODY_WORDS = 8
BODY_BOOST = 0.5

# Priors: each is a factor of at least 1 that orders what matches about equally well. VOTES and VIEWS grow with the logarithm.
VOTES = 0.1  # x (1 + 0.1 ln(1 + votes))
SOLVED = 1.15  # a question that says what worked is worth more to the reader than one that does not
CONFIRMED = 0.05  # x (1 + 0.05 ln(1 + readers for whom an answer worked, less those for whom it did not))
VIEWS = 0.01  # x (1 + 0.01 ln(1 + views)): pages that are read much are found by being found, so this only breaks ties
MAINTAINED = 1.25  # somebody checked and maintains an article; not while its readers say that it does not help
MOST_COUNTED = 100_000  # votes, views or confirmations above this add nothing


class Priors(Struct, frozen=True):
    """Which of the priors count; built from the setting SEARCH_PRIORS."""

    votes: bool = True
    solved: bool = True
    confirmed: bool = True
    viewed: bool = True
    maintained: bool = True

    @classmethod
    def of(cls, names: Collection[str]) -> Priors:
        """The priors with these names and no others."""
        return cls(**{name: name in names for name in PRIOR_NAMES})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that count, in order."""
        return tuple(name for name in PRIOR_NAMES if getattr(self, name))


PRIOR_NAMES = field_names(Priors)
ALL_PRIORS = Priors()


def _growing(count: int, share: float) -> float:
    return 1.0 + share * math.log1p(min(MOST_COUNTED, max(0, count)))


def prior_factors(document: SearchDocument, priors: Priors = ALL_PRIORS) -> Mapping[str, float]:
    """The factor of each prior that counts, by name; 1 says nothing about the document."""
    is_maintained = document.kind == ARTICLE and not document.needs_work
    every = {
        "votes": _growing(document.votes, VOTES),
        "solved": SOLVED if document.is_solved else 1.0,
        "confirmed": _growing(document.confirmed, CONFIRMED),
        "viewed": _growing(document.views, VIEWS),
        "maintained": MAINTAINED if is_maintained else 1.0,
    }
    return {name: every[name] for name in priors.names}


def prior(document: SearchDocument, priors: Priors = ALL_PRIORS) -> float:
    """The factor of a document that does not depend on the query; engines store it with the document."""
    return math.prod(prior_factors(document, priors).values())


def rules_version(priors: Priors = ALL_PRIORS) -> Mapping[str, object]:
    """What an index was written under: when any of it changes, the index is rebuilt."""
    return {"ranking": RANKING_VERSION, "analysis": analysis.ANALYSIS_VERSION, "priors": list(priors.names)}


def idf(documents: int, frequency: int) -> float:
    """Whoosh's inverse document frequency, ln(N / (df + 1)) + 1; positive for any frequency up to the number of documents."""
    return math.log(documents / (frequency + 1)) + 1.0


def weigh(counted: CountedDocument) -> dict[str, float]:
    """The terms of a document with their weight, lengths accounted for."""
    found: dict[str, float] = {}
    texts = (counted.title, counted.tags, counted.body, counted.answers, counted.asked_as)
    for text, place in zip(texts, PLACES, strict=True):
        text.weigh(found, counted.langs, place.of_length)
    return found


def card_terms(counted: CountedDocument) -> tuple[str, ...]:
    """The terms for which a document with an answer card comes first: those of its title, its tags and its other wordings."""
    return tuple(counted.head_terms) if counted.document.is_card else ()


def telling_words(
    frequency: Callable[[Word], int], documents: int, title: Sequence[Word], body: Sequence[Word]
) -> tuple[Word, ...]:
    """The rarest words of the title and those of the body with the highest count x idf, at BODY_BOOST."""
    times = Counter(body)
    counts = {word: frequency(word) for word in dict.fromkeys((*title, *times))}
    known = [word for word in dict.fromkeys(title) if counts[word]]
    chosen = sorted(known, key=lambda word: counts[word])[:TITLE_WORDS]
    documents = max(1, documents)

    def telling(word: Word) -> float:
        return times[word] * idf(documents, min(counts[word], documents))

    others = [word for word in times if counts[word] and word not in title]
    extra = sorted(others, key=telling, reverse=True)[:BODY_WORDS]
    return (*chosen, *(replace(word, boost=BODY_BOOST) for word in extra))
