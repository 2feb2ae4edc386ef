"""One page of search results: asks the engine, loads the hits, verifies phrases, and adds what helps when little was found.

At most two SQL statements, one for each kind of document. Must not know Flask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct, field, replace
from app.search import analysis, querying, snippets
from app.search.documents import HitCard
from app.search.engines.base import EngineQuery, Filters, SearchEngine, SearchHits, Word
from app.search.folding import Folded, fold_cards, fold_found
from app.search.languages import STOP_WORDS
from app.search.querying import ParsedQuery, SearchForm
from app.search.snippets import Finder
from app.search.suggest import load_cards

PER_PAGE = 10
MOST_PAGES = 50
VERIFIED = 200  # best hits whose text is read for a phrase
LOOKED_BACK = 40  # hits before a page whose articles are not shown on it again
FEW = 3  # results below which a correction is offered for any word
SHORT_ANSWER = 280
CARD_ANSWER = 1_000  # characters up to which an answer card is shown in the results


class Covered(Struct, frozen=True):
    """A hit that stands under the article which maintains it, with its marked title."""

    card: HitCard
    title: Markup


class Result(Struct, frozen=True):
    """One hit with its marked title and snippet. `threads` are hits that the article maintains."""

    card: HitCard
    title: Markup
    snippet: Markup
    answer: str = ""
    threads: tuple[Covered, ...] = ()


class Results(Struct, frozen=True):
    """A page of results. `is_more` says that `total` is a lower bound; `meant` is a better spelling of the query, or ''.

    `unknown` are operators with values which nothing has that the actor may read, looked for where nothing was found.
    """

    raw: str
    parsed: ParsedQuery
    form: SearchForm
    number: int = 1
    total: int = 0
    is_more: bool = False
    items: tuple[Result, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    meant: str = ""
    unknown: tuple[tuple[str, str], ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether there was anything to search for."""
        return not self.parsed.is_empty or self.form.is_filtered

    @property
    def pages(self) -> int:
        """Number of pages that can be opened."""
        return min(MOST_PAGES, max(1, -(-self.total // PER_PAGE)))

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return self.number < self.pages


def find(engine: SearchEngine, raw: str, form: SearchForm, actor: Actor, number: int = 1) -> Results:
    """A page of results for what somebody typed; raises NotFound past the last page. Never fails on the query itself."""
    parsed = querying.parse(raw)
    results = Results(raw, parsed, form, number)
    if not results.is_asked:
        if number > 1:
            raise NotFound(_("There is no such page."))
        return results
    if number > MOST_PAGES:
        raise NotFound(_("Search shows the best 500 results; please narrow it down."))
    query = querying.build(parsed, form, actor.audiences, (number - 1) * PER_PAGE, PER_PAGE)
    results, rows = _verified(engine, query, results, actor) if parsed.phrases else _ranked(engine, query, results, actor)
    if number > results.pages:
        raise NotFound(_("There is no such page."))
    words = (*query.required, *query.words) or _as_written(query.fallback)
    unknown = () if results.total else _unknown(engine, parsed, actor)
    return replace(results, items=_items(rows, words), meant=_meant(engine, results, actor), unknown=unknown)


Rows = list[Folded[HitCard]]


def _ranked(engine: SearchEngine, query: EngineQuery, results: Results, actor: Actor) -> tuple[Results, Rows]:
    """One page as the engine orders it. An article stands for its threads, unless filters or an order of threads were asked for."""
    if query.sort != "relevance" or query.filters != Filters():
        found = engine.search(query)
        return _counted(results, found), fold_found(load_cards(found.hits, actor, with_texts=True))
    before = min(LOOKED_BACK, query.offset)
    found = engine.search(replace(query, offset=query.offset - before, limit=query.limit + before))
    return _counted(results, found), fold_cards(found.hits, actor, first=before, with_texts=True)


def _counted(results: Results, found: SearchHits) -> Results:
    return replace(results, total=found.total, facets=found.facets)


def _verified(engine: SearchEngine, query: EngineQuery, results: Results, actor: Actor) -> tuple[Results, Rows]:
    """The engine knows which documents hold all words of a phrase; whether in this order, their text tells."""
    found = engine.search(replace(query, offset=0, limit=VERIFIED))
    phrases = results.parsed.phrases
    loaded = load_cards(found.hits, actor, with_texts=True)
    cards = [card for card in loaded if querying.holds_phrases(_all_text(card), phrases)]
    page = cards[query.offset : query.offset + query.limit]
    return replace(results, total=len(cards), is_more=found.total > VERIFIED, facets=found.facets), fold_found(page)


def _all_text(card: HitCard) -> str:
    return "\n".join((card.title, " ".join(card.tags), card.text, card.answers))


def _as_written(words: Sequence[str]) -> tuple[Word, ...]:
    return tuple(Word((word,)) for word in words)


def _items(rows: Rows, words: Sequence[Word]) -> tuple[Result, ...]:
    finder = Finder(words)
    return tuple(_result(row, finder) for row in rows)


def _result(row: Folded[HitCard], finder: Finder) -> Result:
    """A row with its words marked, and the passage of the question or of an answer that shows most of them."""
    card = row.card
    passage = finder.passage(card.text or card.excerpt)
    if card.answers:
        passage = finder.better_passage(passage, card.answers)
    most = CARD_ANSWER if card.is_card else SHORT_ANSWER
    answer = card.answer if 0 < len(card.answer) <= most else ""
    threads = tuple(Covered(thread, finder.mark(thread.title)) for thread in row.threads)
    return Result(card, finder.mark(card.title), snippets.cut(passage), answer, threads)


def _meant(engine: SearchEngine, results: Results, actor: Actor) -> str:
    """The query with unknown words corrected, when that finds more; '' otherwise."""
    spelled = [word for text in results.parsed.words for word in analysis.words(text) if word not in STOP_WORDS]
    corrections = engine.corrections(spelled)
    if results.total >= FEW:
        corrections = {word: better for word, better in corrections.items() if not _count(engine, word, results, actor)}
    if not corrections:
        return ""
    meant = _replace_words(results.raw, corrections)
    return meant if meant != results.raw and _count(engine, meant, results, actor) > results.total else ""


def _unknown(engine: SearchEngine, parsed: ParsedQuery, actor: Actor) -> tuple[tuple[str, str], ...]:
    anything = SearchForm()
    return tuple((name, value) for name, value, alone in parsed.named if not _total(engine, alone, anything, actor))


def _count(engine: SearchEngine, raw: str, results: Results, actor: Actor) -> int:
    return _total(engine, querying.parse(raw), results.form, actor)


def _total(engine: SearchEngine, parsed: ParsedQuery, form: SearchForm, actor: Actor) -> int:
    query = querying.build(parsed, form, actor.audiences, limit=0)
    return engine.search(replace(query, facets=False, fallback=())).total


def _replace_words(raw: str, corrections: Mapping[str, str]) -> str:
    text = raw[: querying.MAX_CHARS]
    pieces, at = [], 0
    for start, end in analysis.spans(text):
        better = corrections.get(analysis.normalize(text[start:end]))
        if better:
            pieces += [text[at:start], better]
            at = end
    return "".join([*pieces, text[at:]])
