"""The lists of questions and discussions, with their views as links and their filters in the address."""

from functools import lru_cache
from urllib.parse import urlencode

from flask import Response, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, pgettext
from app.core.pagination import Page, parse_page
from app.core.records import Struct, replace
from app.forum.models.thread import ThreadKind
from app.forum.queries.categories import Topic, list_topics
from app.forum.queries.lists import DISCUSSION_VIEWS, QUESTION_VIEWS, has_few
from app.forum.queries.tags import TagRow, find_tag, list_popular_tags
from app.forum.queries.versions import find_version_label
from app.forum.routes.blueprint import blueprint
from app.forum.routes.shown_rows import show_threads
from app.pagecache.shared_lists import members_share
from app.web.access import public
from app.web.context import current_actor
from app.web.contract import ListFacts
from app.web.forms import query_line
from app.web.marking import THREADS, keep_page
from app.web.redirects import moved
from app.web.render import macro, page
from app.web.seo import Head, contract_of, numbered

VIEW_LABELS = {
    "newest": lazy_gettext("Newest"),
    "active": lazy_gettext("Active"),
    "popular": lazy_gettext("Popular"),
    "unanswered": lazy_gettext("Unanswered"),
    "unsolved": lazy_gettext("Not solved yet"),
    "solved": lazy_gettext("Solved"),
}
# What search engines are told of each list.
_ABOUT: dict[str, dict[str, str]] = {
    ThreadKind.QUESTION: {
        "newest": lazy_gettext("Newest questions of the community, with their answers."),
        "active": lazy_gettext("Active questions of the community, with their answers."),
        "popular": lazy_gettext("Popular questions of the community, with their answers."),
        "unanswered": lazy_gettext("Questions of the community that nobody has answered yet."),
        "unsolved": lazy_gettext("Questions of the community that are not solved yet, with their answers."),
        "solved": lazy_gettext("Solved questions of the community, with their answers."),
    },
    ThreadKind.DISCUSSION: {
        "newest": lazy_gettext("Newest discussions of the community, with their replies."),
        "active": lazy_gettext("Active discussions of the community, with their replies."),
        "popular": lazy_gettext("Popular discussions of the community, with their replies."),
    },
}
Link = tuple[str, str, int | None, bool]


class ListAddress(Struct, frozen=True):
    """The address of one list: its path and the choices in its query string, `newest` and page 1 left out."""

    path: str
    view: str = "newest"
    category: str = ""
    tag: str = ""
    version: str = ""

    def with_page(self, number: int) -> str:
        """Return the path of page `number`."""
        query = {
            "view": self.view if self.view != "newest" else "",
            "category": self.category,
            "tag": self.tag,
            "version": self.version,
            "page": number if number > 1 else "",
        }
        given = {key: value for key, value in query.items() if value}
        return self.path + (f"?{urlencode(given)}" if given else "")

    @property
    def is_plain(self) -> bool:
        """Whether this is the list itself, and no variant that search engines should leave alone."""
        return self.with_page(1) == self.path

    def view_links(self, views: tuple[str, ...]) -> tuple[Link, ...]:
        """Return the tabs of the list."""
        paths = zip(views, view_paths(self, views), strict=True)
        return tuple((VIEW_LABELS[view], path, None, view == self.view) for view, path in paths)


@lru_cache(maxsize=1_000)
def view_paths(address: ListAddress, views: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths of the other views of a list."""
    return tuple(replace(address, view=view).with_page(1) for view in views)


def asked_view(views: tuple[str, ...]) -> str:
    """Return the view in the query string. Raises NotFound for one that the list does not have."""
    view = request.args.get("view", "newest") or "newest"
    if view not in views:
        raise NotFound(_("There is no such view."))
    return view


def asks_for_first_page() -> bool:
    """Whether the address spells out page 1, which has an address without a number."""
    return request.args.get("page") == "1"


def list_head(title: str, description: str, address: ListAddress, rows: Page[Markup], facts: ListFacts) -> Head:
    """Return the head of a list page: canonical to itself, with its neighbours."""
    number = rows.number
    return Head(
        title=title if number == 1 else _("%(title)s (page %(number)s)", title=title, number=number),
        description=numbered(description, number),
        path=address.with_page(number),
        contract=contract_of(facts, number, is_variant=not address.is_plain),
        prev_path=address.with_page(number - 1) if rows.has_previous else "",
        next_path=address.with_page(number + 1) if rows.has_next else "",
        feeds=[(_("Newest threads"), "/feed.atom")],
    )


def follow_part(follows: bool) -> dict[str, str]:
    """Return what stands in the place of the button on a page that members share; nothing where it is as for most."""
    return {"follow": macro("components/thread_marks.html", "follow_button")(True)} if follows else {}


@blueprint.get("/questions")
@public
@members_share("view", "category", "tag", "version", "page")
def questions() -> BaseResponse:
    """List questions."""
    return _list_page(ThreadKind.QUESTION, "/questions", _("Questions"), QUESTION_VIEWS)


@blueprint.get("/discussions")
@public
@members_share("view", "category", "tag", "version", "page")
def discussions() -> BaseResponse:
    """List discussions."""
    return _list_page(ThreadKind.DISCUSSION, "/discussions", _("Discussions"), DISCUSSION_VIEWS)


def _list_page(kind: str, path: str, title: str, views: tuple[str, ...]) -> BaseResponse:
    actor = current_actor()
    number = parse_page(request.args.get("page"))
    address = ListAddress(path, asked_view(views), query_line("category", 80), query_line("tag", 60), query_line("version", 12))
    if asks_for_first_page():
        return moved(address.with_page(1))
    categories = list_topics(actor)
    category = _asked_category(categories, address.category)
    tag = _asked_tag(address.tag)
    version_id, version = _asked_version(address.version)
    rows = show_threads(
        actor,
        view=address.view,
        category=category.id if category else None,
        tag=tag.id if tag else None,
        kind=kind,
        version=version_id,
        page=number,
        is_small=any(has_few(place) for place in (category, tag) if place),
    )
    return _render(kind, title, views, address, rows, categories, category, version)


def _asked_category(categories: tuple[Topic, ...], slug: str) -> Topic | None:
    if not slug:
        return None
    for category in categories:
        if category.slug == slug:
            return category
    raise NotFound(_("There is no such category."))


def _asked_tag(name: str) -> TagRow | None:
    if not name:
        return None
    tag = find_tag(name)
    if tag is None or not tag.thread_count:
        raise NotFound(_("There is no such tag."))
    return tag


def _asked_version(number: str) -> tuple[int | None, str]:
    """Return id and name of the published version in the address. Raises NotFound for any other."""
    if not number:
        return None, ""
    label = find_version_label(int(number)) if number.isascii() and number.isdigit() else None
    if label is None:
        raise NotFound(_("There is no such version."))
    return int(number), label


def _render(
    kind: str,
    title: str,
    views: tuple[str, ...],
    address: ListAddress,
    rows: Page[Markup],
    categories: tuple[Topic, ...],
    category: Topic | None,
    version: str,
) -> Response:
    choices = (category.name if category else "", address.tag, version)
    full_title = _narrowed(title, *choices)
    plain = pgettext("in a sentence", "questions") if kind == ThreadKind.QUESTION else pgettext("in a sentence", "discussions")
    keep_page(THREADS)
    description = str(_ABOUT[kind][address.view])
    return page(
        "forum/list.html",
        list_head(full_title, description, address, rows, ListFacts(len(rows.items))),
        heading=full_title,
        kind=kind,
        view=address.view,
        rows=rows,
        tabs_links=address.view_links(views),
        list_url=address.with_page,
        only=_("Only %(list)s.", list=_narrowed(plain, *choices)),
        is_filtered=bool(address.category or address.tag or version),
        plain_path=address.path,
        category_links=_category_links(address, categories),
        tag_links=_tag_links(address, list_popular_tags()),
        current_tag=address.tag,
        without_tag=replace(address, tag="").with_page(1),
    )


def _narrowed(title: str, category: str, tag: str, version: str) -> str:
    """Return what a list is called when it shows only a part: Questions in Help tagged pump about Pump 2."""
    if category:
        title = _("%(list)s in %(category)s", list=title, category=category)
    if tag:
        title = _("%(list)s tagged %(tag)s", list=title, tag=tag)
    return _("%(list)s about %(version)s", list=title, version=version) if version else title


@lru_cache(maxsize=1_000)
def _tag_links(address: ListAddress, tags: tuple[TagRow, ...]) -> tuple[Link, ...]:
    return tuple(
        (row.name, replace(address, tag=row.name).with_page(1), row.thread_count, row.name == address.tag) for row in tags
    )


@lru_cache(maxsize=1_000)
def _category_paths(address: ListAddress, categories: tuple[Topic, ...]) -> tuple[str, ...]:
    return tuple(replace(address, category=slug).with_page(1) for slug in ("", *(row.slug for row in categories)))


def _category_links(address: ListAddress, categories: tuple[Topic, ...]) -> tuple[Link, ...]:
    choices = ((_("All categories"), ""), *((row.name, row.slug) for row in categories))
    paths = _category_paths(address, categories)
    return tuple((name, path, None, slug == address.category) for (name, slug), path in zip(choices, paths, strict=True))
