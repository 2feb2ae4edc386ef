"""From what somebody typed and the filters in the address to a query that an engine understands.

The language is small on purpose: words, "exact phrases", -word, and tag: is: in: user:. Anything else is searched for as
words, so nothing is ever refused, and at most MAX_WORDS words of MAX_CHARS
characters are looked at, so nothing is costly.
Must not know Flask or an engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from app.core.clock import now
from app.core.records import Struct, replace
from app.search import aliases, analysis
from app.search.documents import ARTICLE, THREAD
from app.search.engines.base import SORTS, EngineQuery, Filters, Word
from app.search.languages import STOP_WORDS
from app.search.ranking import HINT_BOOST

MAX_CHARS = 200
MAX_WORDS = 12
MAX_TERMS = 24  # a Chinese word of n characters is n - 1 terms
MAX_HINTS = 32
MOST_NOTES = 3

TYPES = {"all": (), "threads": (THREAD,), "articles": (ARTICLE,)}
AGES = {"any": None, "day": 1, "week": 7, "month": 30, "year": 365}
_KNOWLEDGE_BASE = frozenset({"kb", "articles", "article"})
_FORUM = frozenset({"forum", "threads", "thread"})
STATUSES = ("solved", "likely_solved", "answered", "unanswered", "needs_info", "disputed", "closed")
_TOKEN = re.compile(r'(?P<minus>(?<!\S)-)?(?:(?P<name>tag|is|in|user)[:：])?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))', re.I)


_QUOTES = str.maketrans("“”„", '"""')
_KIND_WORDS = frozenset({"article", "thread", "question", "discussion"})
# Filters of other searches, which people try here, too
_ELSEWHERE = re.compile(
    r"(after|author|before|by|category|date|from|has|section|since|sort|status|title|type|until)[:：]\S", re.I
)


class ParsedQuery(Struct, frozen=True):
    """What somebody typed, taken apart. `is_cut` says that some of it was ignored because it is too long."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    user: str = ""
    is_cut: bool = False

    @property
    def text(self) -> str:
        """Words and phrases without operators, in order of kind."""
        return " ".join((*self.words, *self.phrases))

    @property
    def named(self) -> Iterator[tuple[str, str, ParsedQuery]]:
        """What operators name, each with a query for it alone: categories, tags and the author."""
        for place in self.places:
            if place not in _KNOWLEDGE_BASE | _FORUM:
                yield "in", place, ParsedQuery(places=(place,))
        for tag in self.tags:
            yield "tag", tag, ParsedQuery(tags=(tag,))
        if self.user:
            yield "user", self.user, ParsedQuery(user=self.user)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for or to filter by; an exclusion alone is nothing."""
        return not (self.words or self.phrases or self.tags or self.states or self.places or self.user)


class SearchForm(Struct, frozen=True):
    """The filters and order in the address of a search page; every unknown value means no condition."""

    type: str = "all"
    status: str = ""
    tag: str = ""
    category: str = ""
    age: str = "any"
    sort: str = "relevance"
    after: datetime | None = None
    before: datetime | None = None

    @classmethod
    def cleaned(
        cls, type: str = "", status: str = "", tag: str = "", category: str = "", age: str = "", sort: str = ""
    ) -> SearchForm:
        """A form from untrusted strings."""
        return cls(
            type=type if type in TYPES else "all",
            status=status if status in STATUSES else "",
            tag=tag[:80],
            category=category[:80],
            age=age if age in AGES else "any",
            sort=sort if sort in SORTS else "relevance",
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order differs from the default."""
        return replace(self, sort="relevance") != SearchForm()


class _Parts:
    """Collects the parts of one query while it is read."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {name: [] for name in ("words", "phrases", "excluded", "tags", "states", "places")}
        self.user = ""
        self.count = 0
        self.is_cut = False

    def add(self, kind: str, value: str) -> None:
        """Keep a value unless it is empty or there are too many; function words cost nothing and are not counted."""
        size = sum(word not in STOP_WORDS for word in analysis.words(value))
        if self.count + size > MAX_WORDS:
            self.is_cut = True
        elif value and value not in self.found[kind]:
            self.found[kind].append(value)
            self.count += size


def parse(raw: str) -> ParsedQuery:
    """Take a query apart; never raises, whatever is in it."""
    text = " ".join(raw[: MAX_CHARS * 4].split())
    parts = _Parts()
    if len(text) > MAX_CHARS or len(raw) > MAX_CHARS * 4:
        text = text[:MAX_CHARS]
        parts.is_cut = True
    for token in _TOKEN.finditer(text.translate(_QUOTES)):
        _read_token(token, parts)
    return ParsedQuery(**{name: tuple(values) for name, values in parts.found.items()}, user=parts.user, is_cut=parts.is_cut)


def _read_token(token: re.Match[str], parts: _Parts) -> None:
    value = (token["phrase"] if token["phrase"] is not None else token["word"]).strip()
    name = (token["name"] or "").lower()
    if token["minus"]:
        parts.add("excluded", value)
    elif name == "user":
        parts.user = value.lstrip("@")
    elif name:
        parts.add({"tag": "tags", "is": "states", "in": "places"}[name], value.casefold())
    else:
        parts.add("phrases" if token["phrase"] is not None and len(value.split()) > 1 else "words", value)


def plain(raw: str) -> str:
    """What was typed without operators, quotes and left-out words: a title to ask with, or words to search for again."""
    text = " ".join(raw[: MAX_CHARS * 4].split())[:MAX_CHARS].translate(_QUOTES)
    kept = [token["phrase"] or token["word"] or "" for token in _TOKEN.finditer(text) if not (token["minus"] or token["name"])]
    return " ".join(" ".join(kept).split())


class Misread(Struct, frozen=True):
    """A part of a query that does not do what it looks like, as it was typed: a "minus" before a filter, a "state" that is: does not
    know, or the "name" of a filter that there is not. `about` is the word left out, the value, or the name."""

    kind: str
    typed: str
    about: str


def misread(raw: str) -> tuple[Misread, ...]:
    """What in a query is read otherwise than it was probably meant, at most MOST_NOTES; it says nothing about what is found."""
    text = " ".join(raw[: MAX_CHARS * 4].split())[:MAX_CHARS].translate(_QUOTES)
    found = dict.fromkeys(note for token in _TOKEN.finditer(text) if (note := _misread_token(token)))
    return tuple(found)[:MOST_NOTES]


def _misread_token(token: re.Match[str]) -> Misread | None:
    value, name = (token["phrase"] or token["word"] or "").strip(), (token["name"] or "").lower()
    if token["minus"]:
        return Misread("minus", token[0], value) if name and value else None
    if name:
        is_known = name != "is" or value.casefold() in {*STATUSES, "unsolved", *_KIND_WORDS}
        return None if is_known or not value else Misread("state", token[0], value)
    other = _ELSEWHERE.match(value) if token["word"] else None
    return Misread("name", token[0], other[1].lower()) if other else None


def without_kinds(raw: str) -> str:
    """A query without the operators that ask for articles or threads: for links that choose between them."""
    places = _KNOWLEDGE_BASE | _FORUM
    return _without(raw, lambda name, value: value in (places if name == "in" else _KIND_WORDS if name == "is" else ()))


def without_states(raw: str) -> str:
    """A query without the operators that ask for a status: for links that choose one."""
    return _without(raw, lambda name, value: name == "is" and (value in STATUSES or value == "unsolved"))


def without(raw: str, name: str, value: str) -> str:
    """A query without one operator: for a link that takes it back."""
    return _without(raw, lambda other, found: other == name and found.lstrip("@" if name == "user" else "") == value.casefold())


def _without(raw: str, is_dropped: Callable[[str, str], bool]) -> str:
    text = raw[:MAX_CHARS]
    pieces, at = [], 0
    for token in _TOKEN.finditer(text.translate(_QUOTES)):
        value = (token["phrase"] if token["phrase"] is not None else token["word"]).strip().casefold()
        if token["name"] and not token["minus"] and is_dropped(token["name"].lower(), value):
            pieces.append(text[at : token.start()])
            at = token.end()
    return " ".join("".join([*pieces, text[at:]]).split()) if at else raw


def chosen(parsed: ParsedQuery, form: SearchForm) -> SearchForm:
    """The form as the operators of the query have it, so that filters show what is in force."""
    states = set(parsed.states)
    kinds = _kinds(parsed, form, states)
    statuses = ("solved",) if "solved" in states and not form.status else _statuses(states, form)
    kind = next(name for name, found in TYPES.items() if found == kinds)
    return replace(form, type=kind, status=statuses[0] if len(statuses) == 1 else "")


def words_of(texts: tuple[str, ...], boost: float = 1.0) -> tuple[Word, ...]:
    """The words of some texts, without doubles, at most MAX_TERMS."""
    found = dict.fromkeys(Word(stems, boost) for text in texts for stems in analysis.variants(text))
    return tuple(found)[:MAX_TERMS]


def hints_of(texts: tuple[str, ...]) -> tuple[Word, ...]:
    """The pieces by which some words may stand inside longer German words, at most MAX_HINTS."""
    found = dict.fromkeys(piece for text in texts for piece in analysis.compound_pieces(text))
    return tuple(Word((piece,), HINT_BOOST) for piece in found)[:MAX_HINTS]


def _filters(parsed: ParsedQuery, form: SearchForm, moment: datetime) -> Filters:
    states = set(parsed.states)
    days = AGES[form.age]
    after = form.after or (moment - timedelta(days=days) if days else None)
    return Filters(
        kinds=_kinds(parsed, form, states),
        statuses=_statuses(states, form),
        categories=tuple(place for place in (*parsed.places, form.category) if place and place not in _KNOWLEDGE_BASE | _FORUM),
        thread_kinds=tuple(sorted(states & {"question", "discussion"})),
        tags=tuple(dict.fromkeys(filter(None, (*parsed.tags, form.tag.casefold())))),
        author=parsed.user.casefold(),
        is_solved=True if "solved" in states else False if "unsolved" in states else None,
        after=int(after.timestamp()) if after else None,
        before=int(form.before.timestamp()) if form.before else None,
    )


def _statuses(states: set[str], form: SearchForm) -> tuple[str, ...]:
    """The status of the form, else those asked for with is: (solved is wider than the status, see is_solved)."""
    if form.status:
        return (form.status,)
    return tuple(status for status in STATUSES if status in states and status != "solved")


def _kinds(parsed: ParsedQuery, form: SearchForm, states: set[str]) -> tuple[str, ...]:
    if states & {"article"} or _KNOWLEDGE_BASE.intersection(parsed.places):
        return (ARTICLE,)
    if states & {"thread"} or _FORUM.intersection(parsed.places):
        return (THREAD,)
    return TYPES[form.type]


def build(parsed: ParsedQuery, form: SearchForm, audiences: tuple[str, ...], offset: int = 0, limit: int = 10) -> EngineQuery:
    """The engine's query for one page of results, limited to what these audiences may read."""
    sort = form.sort
    if sort == "relevance" and not parsed.words and not parsed.phrases:
        sort = "newest"
    return EngineQuery(
        audiences=audiences,
        words=aliases.expand(words_of((" ".join(parsed.words),))),
        required=words_of(parsed.phrases),
        excluded=words_of(parsed.excluded),
        hints=hints_of(parsed.words),
        fallback=tuple(dict.fromkeys(analysis.surface_words(parsed.text)))[:MAX_WORDS],
        exact_title=analysis.title_key(parsed.text),
        filters=_filters(parsed, form, now()),
        sort=sort,
        offset=offset,
        limit=limit,
        facets=True,
    )


def holds_phrases(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether a text holds every phrase, word for word; case, accents and punctuation between words do not count."""
    spelled = f" {' '.join(analysis.words(text))} "
    for phrase in phrases:
        wanted = " ".join(analysis.words(phrase))
        # Chinese has no word boundaries: there a phrase may begin and end inside a run.
        if (wanted if analysis.has_cjk(wanted) else f" {wanted} ") not in spelled:
            return False
    return True
