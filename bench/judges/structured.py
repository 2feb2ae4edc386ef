"""Structured data against what Google documents for each type. Pure: takes the data of a page, returns what is wrong in words.

The tables are the documentation of Search Central in short (QAPage, DiscussionForumPosting, Article, ProfilePage, BreadcrumbList,
and schema.org's WebSite with SearchAction). A property that no table names is a fault too: nobody would read it, or it is misspelled.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Data = Mapping[str, Any]
PEOPLE = ("Person", "Organization")
SAID = ("text", "image", "video")
# What a text by a person may carry besides what its type demands.
_BY_PEOPLE = (
    "author",
    "url",
    "datePublished",
    "dateModified",
    "upvoteCount",
    "comment",
    "commentCount",
    *SAID,
    "digitalSourceType",
)
_PARTS = {"author": PEOPLE, "comment": ("Comment",), "interactionStatistic": ("InteractionCounter",), "video": ("VideoObject",)}
MAIN_TYPES = ("WebSite", "QAPage", "DiscussionForumPosting", "Article", "TechArticle", "ProfilePage")


@dataclass(frozen=True)
class Shape:
    """What a type must have, at least one of what, should have, may have, and which types stand in its properties."""

    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def known(self) -> set[str]:
        """Every property that means something here."""
        return {*self.required, *self.one_of, *self.recommended, *self.optional}


_ARTICLE = Shape(
    recommended=("author", "datePublished", "dateModified", "headline"),
    optional=(
        "image",
        "url",
        "mainEntityOfPage",
        "description",
        "articleSection",
        "publisher",
        "inLanguage",
        "keywords",
        "isPartOf",
        "isAccessibleForFree",
    ),
    parts={"author": PEOPLE, "publisher": PEOPLE},
)
SHAPES = {
    "QAPage": Shape(required=("mainEntity",), optional=("url", "name", "inLanguage"), parts={"mainEntity": ("Question",)}),
    "Question": Shape(
        required=("name", "answerCount"),
        recommended=("author", "datePublished", "url", "upvoteCount"),
        optional=("acceptedAnswer", "suggestedAnswer", "keywords", "inLanguage", *_BY_PEOPLE),
        parts={**_PARTS, "acceptedAnswer": ("Answer",), "suggestedAnswer": ("Answer",)},
    ),
    "Answer": Shape(
        required=("text",), recommended=("url", "author", "datePublished", "upvoteCount"), optional=_BY_PEOPLE, parts=_PARTS
    ),
    "Comment": Shape(
        required=("author", "datePublished"),
        one_of=SAID,
        recommended=("url",),
        optional=("creativeWorkStatus", "interactionStatistic", "sharedContent", *_BY_PEOPLE),
        parts=_PARTS,
    ),
    "DiscussionForumPosting": Shape(
        required=("author", "datePublished"),
        recommended=("headline", "url", "commentCount", "interactionStatistic"),
        optional=("isPartOf", "sharedContent", "creativeWorkStatus", "keywords", "inLanguage", *_BY_PEOPLE),
        parts={**_PARTS, "isPartOf": ("CreativeWork", "WebPage", "WebSite", "CollectionPage")},
    ),
    "Article": _ARTICLE,
    "TechArticle": _ARTICLE,
    "ProfilePage": Shape(
        required=("mainEntity",),
        recommended=("dateCreated",),
        optional=("dateModified", "url"),
        parts={"mainEntity": PEOPLE},
    ),
    "Person": Shape(
        one_of=("name", "alternateName"),
        optional=("url", "identifier", "description", "image", "sameAs", "agentInteractionStatistic", "interactionStatistic"),
        parts={"agentInteractionStatistic": ("InteractionCounter",), "interactionStatistic": ("InteractionCounter",)},
    ),
    "Organization": Shape(required=("name",), optional=("url", "logo", "sameAs", "image")),
    "CollectionPage": Shape(required=("name", "url")),
    "InteractionCounter": Shape(required=("interactionType", "userInteractionCount")),
    "BreadcrumbList": Shape(required=("itemListElement",), parts={"itemListElement": ("ListItem",)}),
    "ListItem": Shape(required=("position", "name"), optional=("item",)),
    "WebSite": Shape(
        required=("name", "url"),
        recommended=("potentialAction",),
        optional=("alternateName", "description", "inLanguage", "publisher"),
        parts={"potentialAction": ("SearchAction",), "publisher": PEOPLE},
    ),
    "SearchAction": Shape(required=("target", "query-input"), parts={"target": ("EntryPoint",)}),
    "EntryPoint": Shape(required=("urlTemplate",)),
}
_ADDRESSES = {"url", "item", "sameAs", "image", "mainEntityOfPage", "logo"}
_MOMENTS = {"datePublished", "dateModified", "dateCreated"}
_NUMBERS = {"answerCount", "commentCount", "userInteractionCount", "position"}
_BY_TITLE = re.compile(r"^(?:posted |asked |answered |written )?by\b", re.IGNORECASE)


def faults(data: Data) -> list[str]:
    """What is wrong with one object of a page's data, with the way to it. An empty list: nothing."""
    found = [] if data.get("@context") == "https://schema.org" else ["@context is not https://schema.org"]
    if data.get("@type") not in (*MAIN_TYPES, "BreadcrumbList"):
        found.append(f"a page is no {data.get('@type')!r}")
    return found + list(_faults(data, str(data.get("@type")), is_top=True))


def page_faults(objects: Sequence[Data]) -> list[str]:
    """What is wrong with all data of one page: each object by itself, and that a page is one thing only."""
    kinds = [data.get("@type") for data in objects]
    found = [fault for data in objects for fault in faults(data)]
    found += [f"{kind} stands {kinds.count(kind)} times" for kind in dict.fromkeys(kinds) if kinds.count(kind) > 1]
    main = [str(kind) for kind in kinds if kind in MAIN_TYPES]
    return found + ([f"the page says it is several things: {', '.join(main)}"] if len(set(main)) > 1 else [])


def _faults(data: Data, way: str, is_top: bool = False) -> Iterator[str]:
    kind = str(data.get("@type"))
    shape = SHAPES.get(kind)
    if shape is None:
        yield f"{way}: the type {kind!r} is not known"
        return
    given = {name for name in data if not (name == "@type" or (is_top and name == "@context") or name == "@id")}
    yield from (f"{way}: {name} is required" for name in shape.required if name not in given)
    yield from (f"{way}: {name} is recommended" for name in shape.recommended if name not in given)
    if shape.one_of and not given & set(shape.one_of):
        yield f"{way}: one of {', '.join(shape.one_of)} is required"
    yield from (f"{way}: {name} means nothing here" for name in sorted(given - shape.known))
    for name in sorted(given):
        yield from _value_faults(f"{way}.{name}", name, data[name], shape.parts.get(name))
    yield from _RULES.get(kind, _no_rule)(data, way)
    yield from _order_of_moments(data, way)


def _value_faults(way: str, name: str, value: Any, types: tuple[str, ...] | None) -> Iterator[str]:
    if value in ("", None, [], {}) or (isinstance(value, str) and not value.strip()):
        yield f"{way} is empty"
        return
    for one in value if isinstance(value, list) else [value]:
        if types is not None and isinstance(one, Mapping):
            if one.get("@type") not in types:
                yield f"{way} is a {one.get('@type')!r}, not a {' or '.join(types)}"
            yield from _faults(one, way)
        elif types is not None:
            yield f"{way} is no object"
        elif name in _ADDRESSES and not _is_address(one):
            yield f"{way} is no absolute address: {one!r}"
        elif name in _MOMENTS and _moment(one) is None:
            yield f"{way} is no moment with its zone: {one!r}"
        elif name in _NUMBERS and not (isinstance(one, int) and not isinstance(one, bool) and one >= 0):
            yield f"{way} is no count: {one!r}"


def _is_address(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return bool(parts and parts.scheme in ("http", "https") and parts.netloc and not re.search(r"\s", value))


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.utcoffset() is not None else None


def _order_of_moments(data: Data, way: str) -> Iterator[str]:
    first, last = _moment(data.get("datePublished")), _moment(data.get("dateModified"))
    if first and last and last < first:
        yield f"{way}: modified before it was published"


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _no_rule(data: Data, way: str) -> Iterator[str]:
    yield from ()


def _page_rule(data: Data, way: str) -> Iterator[str]:
    if isinstance(data.get("mainEntity"), list):
        yield f"{way}: a page is about exactly one thing"


def _question_rule(data: Data, way: str) -> Iterator[str]:
    listed = _many(data.get("acceptedAnswer")) + _many(data.get("suggestedAnswer"))
    count = data.get("answerCount")
    if isinstance(count, int) and count < len(listed):
        yield f"{way}: {len(listed)} answers, but answerCount is {count}"
    if isinstance(count, int) and count and not listed:
        yield f"{way}: acceptedAnswer or suggestedAnswer is required where there are answers"
    if data.get("text") is not None and data.get("text") == data.get("name"):
        yield f"{way}: the text only repeats the name"
    places = [answer.get("url") for answer in listed if isinstance(answer, Mapping) and answer.get("url")]
    if len(set(places)) < len(places):
        yield f"{way}: an answer stands twice"


def _posting_rule(data: Data, way: str) -> Iterator[str]:
    count = data.get("commentCount")
    if isinstance(count, int) and count < len(_many(data.get("comment"))):
        yield f"{way}: more comments than commentCount says"
    # A later page of a discussion only points to the first one, where the text is.
    if not any(name in data for name in (*SAID, "url")):
        yield f"{way}: one of {', '.join(SAID)} is required"


def _trail_rule(data: Data, way: str) -> Iterator[str]:
    items = [item for item in _many(data.get("itemListElement")) if isinstance(item, Mapping)]
    if len(items) < 2:
        yield f"{way}: a trail has at least two steps"
    if [item.get("position") for item in items] != list(range(1, len(items) + 1)):
        yield f"{way}: the steps do not count from 1"
    if any("item" not in item for item in items[:-1]):
        yield f"{way}: a step before the last has no address"


def _search_rule(data: Data, way: str) -> Iterator[str]:
    target = data.get("target")
    template = target.get("urlTemplate", "") if isinstance(target, Mapping) else ""
    name = str(data.get("query-input", "")).removeprefix("required name=")
    if template.count("{" + name + "}") != 1 or not _is_address(template):
        yield f"{way}: the address of the search does not have {{{name}}} in it once"


def _person_rule(data: Data, way: str) -> Iterator[str]:
    if _BY_TITLE.match(str(data.get("name", ""))):
        yield f"{way}: the name is more than a name: {data['name']!r}"


def _counter_rule(data: Data, way: str) -> Iterator[str]:
    if not str(data.get("interactionType", "")).startswith("https://schema.org/"):
        yield f"{way}: interactionType is no type of schema.org"


_RULES: dict[str, Callable[[Data, str], Iterator[str]]] = {
    "QAPage": _page_rule, "ProfilePage": _page_rule, "Question": _question_rule, "DiscussionForumPosting": _posting_rule,
    "Comment": _no_rule, "BreadcrumbList": _trail_rule, "SearchAction": _search_rule, "Person": _person_rule,
    "Organization": _person_rule, "InteractionCounter": _counter_rule,
}  # fmt: skip
