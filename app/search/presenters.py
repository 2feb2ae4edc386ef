"""Shapes results for the search page: rows, and filters as links with counts. No queries and no HTML beyond marked text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.records import Struct
from app.search import querying
from app.search.documents import ARTICLE, THREAD, HitCard, TitleCard
from app.search.querying import MAX_CHARS, Misread, SearchForm
from app.search.results import Covered, Result, Results
from app.search.urls import paths_with, search_path

# (label, path, count or None, whether it is the current choice), as components/filters.html takes it
Link = tuple[str, str, int | None, bool]
# From the name of a filter and its value to a path
PathWith = Callable[[str, str], str]

STATUS_LABELS = {
    "solved": lazy_gettext("Solved"),
    "likely_solved": lazy_gettext("Probably solved"),
    "answered": lazy_gettext("Answered"),
    "unanswered": lazy_gettext("Needs an answer"),
    "needs_info": lazy_gettext("Needs details"),
    "disputed": lazy_gettext("Disputed"),
    "closed": lazy_gettext("Closed"),
}
STATES = "is:solved, is:unsolved, is:unanswered, is:answered, is:needs_info, is:disputed, is:closed, is:question, is:discussion, is:article"
KIND_LABELS = {"article": lazy_gettext("Article"), "question": lazy_gettext("Question"), "discussion": lazy_gettext("Discussion")}
AGE_LABELS = {
    "any": lazy_gettext("Any time"),
    "day": lazy_gettext("Past day"),
    "week": lazy_gettext("Past week"),
    "month": lazy_gettext("Past month"),
    "year": lazy_gettext("Past year"),
}
TYPE_LABELS = {
    "all": lazy_gettext("Everything"),
    "threads": lazy_gettext("Questions and discussions"),
    "articles": lazy_gettext("Articles"),
}
SORT_LABELS = {
    "relevance": lazy_gettext("Best match"),
    "newest": lazy_gettext("Newest"),
    "votes": lazy_gettext("Most votes"),
    "views": lazy_gettext("Most viewed"),
}


class ResultRow(Struct, frozen=True):
    """One row of the results list."""

    path: str
    title_html: Markup
    snippet_html: Markup
    kind: str
    status: str
    audience: str
    meta: tuple[str, ...]
    answer: str
    threads: tuple[Covered, ...]
    is_card: bool = False


class FilterLinks(Struct, frozen=True):
    """Every filter of the page as links.

    `conditions` are those in force: what it says, and the path without it; `unknown` those that nothing meets. `plain` is the query
    without operators where that differs, else ''.
    """

    types: list[Link]
    statuses: list[Link]
    categories: list[Link]
    ages: list[Link]
    sorts: list[Link]
    conditions: list[tuple[str, str]]
    without_filters: str
    unknown: list[tuple[str, str]]
    plain: str
    plain_path: str


def kind_of(card: HitCard | TitleCard) -> str:
    """What people call it: question, discussion or article."""
    return card.thread_kind or (card.kind if card.kind == ARTICLE else "question")


def row_of(result: Result) -> ResultRow:
    """A result as the page shows it."""
    card = result.card
    answers = ngettext("%(num)s answer", "%(num)s answers", card.answer_count) if card.answer_count else ""
    asked = _("by %(name)s", name=card.author) if card.author else ""
    return ResultRow(
        path=card.path,
        title_html=result.title,
        snippet_html=result.snippet,
        kind=kind_of(card),
        status=card.status,
        audience=card.audience,
        meta=tuple(filter(None, (answers if card.kind == THREAD else "", card.category_name, asked))),
        answer=result.answer,
        threads=result.threads,
        is_card=card.is_card,
    )


def suggestion_of(card: TitleCard) -> dict[str, str]:
    """A card as the search box takes it; its label says that it is solved, or what it is."""
    kind, status = kind_of(card), card.status if card.kind == THREAD else ""
    label = STATUS_LABELS[status] if status in ("solved", "likely_solved") else KIND_LABELS[kind]
    return {"key": card.key, "title": card.title, "path": card.path, "kind": kind, "status": status, "label": str(label)}


def _labelled(form: SearchForm, path: PathWith, name: str, labels: Mapping[str, str]) -> list[Link]:
    current = getattr(form, name)
    return [(str(label), path(name, value), None, value == current) for value, label in labels.items()]


def _counted(
    current: str, path: PathWith, name: str, labels: Mapping[str, str], counts: Mapping[str, int], any_label: str
) -> list[Link]:
    """Links for the values that occur; a filter that is set stays in the list, with a link that takes it back."""
    shown = [value for value in labels if counts.get(value) or value == current]
    if not shown:
        return []
    first: Link = (any_label, path(name, ""), None, not current)
    return [first] + [(str(labels[value]), path(name, value), counts.get(value, 0), value == current) for value in shown]


def _conditions(form: SearchForm, path: PathWith, names: Mapping[str, str]) -> list[tuple[str, str]]:
    said = {
        "status": STATUS_LABELS.get(form.status, ""),
        "category": names.get(form.category, form.category),
        "tag": _("Tag %(tag)s", tag=form.tag) if form.tag else "",
        "age": AGE_LABELS[form.age] if form.age != "any" else "",
    }
    return [(label, path(name, "any" if name == "age" else "")) for name, label in said.items() if label]


def _said_of(name: str, value: str) -> str:
    """What is said of a value of an operator which nothing here has."""
    if name == "in":
        return _("There is nothing in a category “%(name)s” that you can read.", name=value)
    if name == "tag":
        return _("There is nothing with a tag “%(name)s” that you can read.", name=value)
    return _("There is nothing by anybody called “%(name)s” that you can read.", name=value)


def said_of_misread(note: Misread) -> str:
    """What is said of a part of the query that does not do what it looks like."""
    if note.kind == "minus":
        return _(
            "A minus works for words alone: “%(typed)s” left out whatever mentions “%(word)s”.", typed=note.typed, word=note.about
        )
    if note.kind == "state":
        return _(
            "Search does not know “%(typed)s”, so it was left out. What it knows: %(known)s.", typed=note.typed, known=STATES
        )
    return _("There is no filter “%(name)s:”, so “%(typed)s” was looked for as words. The search tips name the filters there are.",
             name=note.about, typed=note.typed)  # fmt: skip


def filter_links(results: Results, names: Mapping[str, str]) -> FilterLinks:
    """All filters for a page of results; `names` maps category slugs to names, in order."""
    query, facets = results.raw[:MAX_CHARS], results.facets
    form, chosen = results.form, querying.chosen(results.parsed, results.form)
    categories = facets.get("category", {})
    known = dict(names) or {slug: slug.replace("-", " ").capitalize() for slug in sorted(categories)}
    plain, path = querying.plain(query), paths_with(query, form)
    shown: Callable[[list[Link]], list[Link]] = _without_counts if results.parsed.phrases else list
    return FilterLinks(
        types=shown(_types(chosen.type, paths_with(querying.without_kinds(query), form), facets.get("kind", {}))),
        statuses=shown(_counted(
            chosen.status, paths_with(querying.without_states(query), form), "status", STATUS_LABELS, facets.get("status", {}),
            _("Any status"))),
        categories=shown(_counted(form.category, path, "category", known, categories, _("All categories"))),
        ages=_labelled(form, path, "age", AGE_LABELS),
        sorts=_labelled(form, path, "sort", SORT_LABELS),
        conditions=_conditions(form, path, known),
        without_filters=search_path(query, SearchForm(sort=form.sort)),
        unknown=[(_said_of(name, value), search_path(querying.without(query, name, value), form)) for name, value in results.unknown],
        plain=plain if plain != query else "",
        plain_path=search_path(plain),
    )  # fmt: skip


def _without_counts(links: list[Link]) -> list[Link]:
    """The engine counts what holds all words of a phrase, also in another order: more than is found."""
    return [(label, path, None, is_current) for label, path, _count, is_current in links]


def _types(current: str, path: PathWith, kinds: Mapping[str, int]) -> list[Link]:
    totals = {"all": sum(kinds.values()), "threads": kinds.get(THREAD, 0), "articles": kinds.get(ARTICLE, 0)}
    return [(str(label), path("type", value), totals[value], value == current) for value, label in TYPE_LABELS.items()]
