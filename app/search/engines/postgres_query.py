"""Queries on the PostgreSQL index: which rows match, how many there are of each sort, and which come first.

The GIN index finds what matches and the narrow rows are counted, so totals and facets are exact. What is ranked where many rows match
is decided beside, in `postgres_plan`. Must not write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.core.records import Struct, replace
from app.search.engines.base import FACETS, EngineQuery, Scored, SearchHits, Word
from app.search.engines.postgres_layout import Connection, Tables, View
from app.search.engines.postgres_plan import (
    BUDGET,
    EVERYTHING,
    Clause,
    all_of,
    all_rows,
    candidates,
    counted_hints,
    holding,
    one_of,
)
from app.search.engines.postgres_rows import (
    AUTHOR,
    LABEL_WEIGHTS,
    RANK_UNIT,
    TAG,
    Cell,
    name_of,
    quoted,
    title_number,
)
from app.search.ranking import CARD_MATCH, CARD_WORDS, EXACT_TITLE, MOST_HINTS, idf

MOST_STEMS = 8  # forms of one word that are scored
SCORED_HINTS = 20  # the rarest; with 12 the German FAQ loses 2 % of its sections, more help no more

_WEIGHTS = [*LABEL_WEIGHTS]
_SORTS = {"newest": "created", "votes": "votes", "views": "views", "relevance": "0"}


def _restrictions(query: EngineQuery) -> list[str]:
    """Parts of a tsquery that say what must and must not be in a row besides the words that rank."""
    filters = query.filters
    parts = [quoted(f"{TAG}{tag}") for tag in filters.tags]
    if filters.author:
        parts.append(quoted(f"{AUTHOR}{filters.author}"))
    return parts + [f"!{part}" for part in all_of(query.excluded)]


def _dates(query: EngineQuery) -> Clause:
    clause = EVERYTHING
    if query.filters.after is not None:
        clause = clause.and_(Clause("created >= %s", (query.filters.after,)))
    if query.filters.before is not None:
        clause = clause.and_(Clause("created < %s", (query.filters.before,)))
    return clause


def _matching(query: EngineQuery, column: str) -> Clause:
    """Rows that match the words and every filter that is not in the cell."""
    if column == "head":
        words = all_of((*query.required, *query.words))
        return holding(words, "head").and_(holding(_restrictions(query)), _dates(query))
    if query.match_all:
        parts = all_of((*query.required, *query.words))
    elif query.required:
        parts = all_of(query.required)
    else:
        parts = [one_of(stem for word in query.words for stem in word.stems)] if query.words else []
    return holding(parts + _restrictions(query)).and_(_dates(query))


def _beside_words(query: EngineQuery) -> Clause:
    """What is left of `_matching` for rows that are known to hold one of the words, where one is enough."""
    return holding(_restrictions(query)).and_(_dates(query))


def _readable(cell: Cell, query: EngineQuery) -> bool:
    filters = query.filters
    return (
        cell.audience in query.audiences
        and (filters.is_solved is None or cell.is_solved == filters.is_solved)
        and (not filters.thread_kinds or cell.thread_kind in filters.thread_kinds)
    )


def _chosen(query: EngineQuery) -> dict[str, tuple[str, ...]]:
    filters = query.filters
    return {"kind": filters.kinds, "status": filters.statuses, "category": filters.categories}


def _passes(cell: Cell, chosen: Mapping[str, tuple[str, ...]], but: str = "") -> bool:
    return all(not values or name == but or getattr(cell, name) in values for name, values in chosen.items())


def _in(cells: Iterable[int]) -> Clause:
    return Clause("cell = ANY(%s)", (list(cells),))


class Reader(Struct, frozen=True):
    """One query's way through the index of a moment."""

    connection: Connection
    view: View
    tables: Tables

    def search(self, query: EngineQuery) -> SearchHits:
        """See SearchEngine."""
        counts: Mapping[int, int] = {}
        matching, column = EVERYTHING, "terms"
        if query.words or query.required or not query.fallback:
            matching = _matching(query, column)
            counts = self._count(matching, query)
        if query.hints and not query.required and not counts:
            matching, counts = self._hinted(query)
            query = replace(query, words=tuple(word for word, _ in self._known_hints(query)), hints=()) if counts else query
        if query.fallback and not counts:
            words, column = tuple(Word((word,)) for word in query.fallback), "head"
            query = replace(query, words=words, required=(), hints=(), match_all=True)
            matching = _matching(query, column)
            counts = self._count(matching, query)
        total, facets, cells = self._tally(counts, query)
        if total <= query.offset or query.limit <= 0:
            return SearchHits(total, (), facets)
        return SearchHits(total, tuple(self._page(query, matching, cells, total, column)), facets)

    def closest(self, query: EngineQuery) -> list[Scored]:
        """The best for some words, without counting how many there are, which is half of the work."""
        cells = [number for number, cell in self.view.cells if _readable(cell, query)]
        at_most = sum(self.frequencies(query.words))
        return self._page(query, _matching(query, "terms"), cells, at_most, "terms") if at_most else []

    def _count(self, matching: Clause, query: EngineQuery) -> dict[int, int]:
        """How many rows match in each cell that may be read; every facet and the total follow from these."""
        clause = matching.and_(_in(number for number, cell in self.view.cells if _readable(cell, query)))
        statement = f"SELECT cell, count(*) FROM {{document}} WHERE {clause.text} GROUP BY cell"
        return dict(self.connection.execute(self.tables.fill(statement), clause.values).fetchall())

    def _hinted(self, query: EngineQuery) -> tuple[Clause, dict[int, int]]:
        """Rows that hold most of the hints and match every filter, and how many in each cell; no vector is read for it."""
        hints, asked = counted_hints(zip(query.hints, self.frequencies(query.hints), strict=True))
        if len(hints) < MOST_HINTS * asked:
            return EVERYTHING, {}
        readable = _in(number for number, cell in self.view.cells if _readable(cell, query))
        held = [holding([part, *_restrictions(query)]).and_(_dates(query), readable) for part in all_of(hints)]
        rows = " UNION ALL ".join(f"SELECT number, cell FROM {{document}} WHERE {clause.text}" for clause in held)
        statement = (
            "SELECT cell, array_agg(number) FROM"
            f" (SELECT number, min(cell) AS cell FROM ({rows}) AS held GROUP BY number HAVING count(*) >= %s) AS most GROUP BY cell"
        )
        values = [value for clause in held for value in clause.values]
        found = dict(self.connection.execute(self.tables.fill(statement), (*values, MOST_HINTS * asked)).fetchall())
        numbers = [number for many in found.values() for number in many]
        return Clause("number = ANY(%s)", (numbers,)), {cell: len(many) for cell, many in found.items()}

    def _tally(self, counts: Mapping[int, int], query: EngineQuery) -> tuple[int, dict[str, dict[str, int]], list[int]]:
        chosen, cells = _chosen(query), dict(self.view.cells)
        passing = [number for number in counts if _passes(cells[number], chosen)]
        facets: dict[str, dict[str, int]] = {}
        for name in FACETS if query.facets else ():
            found: Counter[str] = Counter()
            for number, count in counts.items():
                if _passes(cells[number], chosen, name) and (value := getattr(cells[number], name)):
                    found[value] += count
            facets[name] = dict(found)
        return sum(counts[number] for number in passing), facets, passing

    def _page(self, query: EngineQuery, found: Clause, cells: Sequence[int], total: int, column: str) -> list[Scored]:
        words, matching = (*query.required, *query.words), found.and_(_in(cells))
        if query.sort != "relevance" or not words:
            return self._sorted(query, matching)
        if column == "head":  # every row holds every word, so that only what it is worth differs
            return self._ranked(query, all_rows(matching), ())
        frequencies = self.frequencies(words)
        scored = [*zip(words, frequencies, strict=True), *self._known_hints(query)]
        if total <= BUDGET:
            return self._ranked(query, all_rows(matching), scored)
        is_any = found == _matching(query, column) and not (query.match_all or query.required)
        beside = _beside_words(query).and_(_in(cells)) if is_any else matching
        best = self._ranked(query, candidates(query.exact_title, matching, beside, words, self.frequencies_of), scored)
        if len(best) < min(query.limit, total - query.offset):
            best = self._ranked(query, all_rows(matching, max(BUDGET, query.offset + query.limit)), scored)
        return best

    def _known_hints(self, query: EngineQuery) -> list[tuple[Word, int]]:
        """The rarest hints that occur, with their frequency."""
        found = zip(query.hints, self.frequencies(query.hints), strict=True) if query.hints else ()
        return sorted((pair for pair in found if pair[1]), key=lambda pair: pair[1])[:SCORED_HINTS]

    def _sorted(self, query: EngineQuery, matching: Clause) -> list[Scored]:
        by = _SORTS[query.sort]
        # An index in the right order is only worth walking through when nearly every row matches, as when there are no words.
        order = by if "@@" not in matching.text else f"{by} + 0"
        first = "" if by == "0" else f"{order} DESC, "
        statement = (
            f"SELECT number, {by}::float8 FROM {{document}} WHERE {matching.text}"
            f" ORDER BY {first}number DESC OFFSET {int(query.offset)} LIMIT {int(query.limit)}"
        )
        return self._hits(statement, matching.values)

    def frequencies(self, words: Sequence[Word]) -> tuple[int, ...]:
        """For each word the number of documents that hold it; an upper bound where it has several stems."""
        return self.frequencies_of([word.stems for word in words])

    def frequencies_of(self, groups: Sequence[Sequence[str]]) -> tuple[int, ...]:
        statement = "SELECT word, documents FROM {word} WHERE field = 'terms' AND word = ANY(%s)"
        names = [name for group in groups for name in group]
        counts = dict(self.connection.execute(self.tables.fill(statement), (names,)).fetchall())
        return tuple(min(self.view.documents, sum(counts.get(name, 0) for name in group)) for group in groups)

    def _ranked(self, query: EngineQuery, rows: Clause, scored: Sequence[tuple[Word, int]]) -> list[Scored]:
        """The best of some rows. The vector is unpacked once a row: `setweight` of nothing copies it."""
        shares = [_share(word, idf(max(1, self.view.documents), frequency)) for word, frequency in scored]
        score, text = _product(query), " + ".join(share.text for share in shares) or "1"
        statement = (
            f"SELECT d.number, ({score.text} * ({text}))::float8 AS score FROM ({rows.text}) AS picked"
            " JOIN {document} AS d USING (number)"
            " CROSS JOIN LATERAL (SELECT setweight(d.terms, 'D', '{{}}') AS vector OFFSET 0) AS unpacked"
            f" ORDER BY score DESC, d.number DESC OFFSET {int(query.offset)} LIMIT {int(query.limit)}"
        )
        return self._hits(statement, (*score.values, *(value for share in shares for value in share.values), *rows.values))

    def complete(self, words: Sequence[str], prefix: str, cells: Iterable[int], limit: int) -> list[Scored]:
        """See SearchEngine."""
        parts = [quoted(word) for word in words] + ([f"{quoted(prefix)}:*"] if prefix else [])
        clause = holding(parts, "head").and_(_in(cells))
        statement = f"SELECT number, prior::float8 FROM {{document}} WHERE {clause.text} ORDER BY prior DESC, number DESC LIMIT {int(limit)}"
        return self._hits(statement, clause.values)

    def _hits(self, statement: str, values: Sequence[Any]) -> list[Scored]:
        return [Scored(*name_of(number), score) for number, score in self.connection.execute(self.tables.fill(statement), values)]


def _share(word: Word, weight: float) -> Clause:
    """A word's share of the score: idf times the impact that is written into the vector."""
    stems = word.stems[:MOST_STEMS]
    ranks = ", ".join(["ts_rank(%s::float4[], vector, %s::tsquery)"] * len(stems))
    values = [value for stem in stems for value in (_WEIGHTS, quoted(stem))]
    best = f"greatest({ranks})" if len(stems) > 1 else ranks
    return Clause(f"%s::float8 * {best}", (weight * word.boost * RANK_UNIT, *values))


def _product(query: EngineQuery) -> Clause:
    """The factors of the score that do not come from the vector: prior, exact title and answer card."""
    text, words = "d.prior", (*query.required, *query.words)
    values: list[Any] = []
    if query.exact_title:
        text += " * CASE WHEN d.title = %s THEN %s::float8 ELSE 1 END"
        values += [title_number(query.exact_title), EXACT_TITLE]
    if len(words) >= CARD_WORDS:
        text += " * CASE WHEN d.card @@ %s::tsquery THEN %s::float8 ELSE 1 END"
        values += [" & ".join(all_of(words)), CARD_MATCH]
    return Clause(text, tuple(values))
