"""The list of tags and the page of each."""

from urllib.parse import urlencode

from flask import request
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import parse_page
from app.core.records import replace
from app.forum.queries.followed import follows_tag
from app.forum.queries.lists import QUESTION_VIEWS, find_known_tag, has_few
from app.forum.queries.tags import list_tags
from app.forum.routes.blueprint import blueprint
from app.forum.routes.lists import ListAddress, asked_view, asks_for_first_page, follow_part, list_head
from app.forum.routes.shown_rows import show_threads
from app.pagecache.shared_lists import members_share
from app.web.access import public
from app.web.context import current_actor
from app.web.contract import ListFacts
from app.web.forms import query_line
from app.web.marking import THREADS, keep_page
from app.web.redirects import login_path, moved
from app.web.render import page
from app.web.seo import Head, contract_of, numbered

_SORT_LABELS = (("popular", lazy_gettext("Popular")), ("name", lazy_gettext("By name")))


def _tags_path(sort: str, prefix: str, number: int) -> str:
    query = {"sort": sort if sort != "popular" else "", "q": prefix, "page": number if number > 1 else ""}
    given = {key: value for key, value in query.items() if value}
    return "/tags" + (f"?{urlencode(given)}" if given else "")


@blueprint.get("/tags")
@public
@members_share("sort", "page")
def tags() -> Response:
    """List tags by number of threads or by name, or those that begin with what was typed."""
    number = parse_page(request.args.get("page"))
    sort = request.args.get("sort", "popular") or "popular"
    if sort not in ("popular", "name"):
        raise NotFound(_("There is no such order."))
    prefix = query_line("q", 40)
    if asks_for_first_page():
        return moved(_tags_path(sort, prefix, 1))
    keep_page(THREADS)
    rows = list_tags(prefix=prefix, by_name=sort == "name", page=number)
    return page(
        "forum/tags.html",
        Head(
            title=_("Tags") if number == 1 else _("Tags (page %(number)s)", number=number),
            description=numbered(_("All topics of the community, from the most used to the rarest."), number),
            path=_tags_path(sort, prefix, number),
            contract=contract_of(ListFacts(len(rows.items)), number, is_variant=sort != "popular" or bool(prefix)),
            prev_path=_tags_path(sort, prefix, number - 1) if rows.has_previous else "",
            next_path=_tags_path(sort, prefix, number + 1) if rows.has_next else "",
        ),
        rows=rows,
        prefix=prefix,
        sort=sort,
        sort_links=[(label, _tags_path(key, prefix, 1), None, key == sort) for key, label in _SORT_LABELS],
        list_url=lambda wanted: _tags_path(sort, prefix, wanted),
    )


def _own_parts(actor: Actor, name: str) -> dict[str, str]:
    return follow_part(follows_tag(actor, name))


@blueprint.get("/tags/<name>")
@public
@members_share("view", "page", own=_own_parts)
def tag_page(name: str) -> Response:
    """List the threads with a tag. A tag that the actor finds no thread for does not exist for them."""
    actor = current_actor()
    number = parse_page(request.args.get("page"))
    tag = find_known_tag(actor, name) or find_known_tag(actor, name.lower())
    if tag is None:
        raise NotFound(_("There is no such tag."))
    if tag.name != name:
        return moved(tag.path)
    address = ListAddress(tag.path, asked_view(QUESTION_VIEWS))
    if asks_for_first_page():
        return moved(address.with_page(1))
    keep_page(THREADS)
    rows = show_threads(actor, view=address.view, tag=tag.id, page=number, is_small=has_few(tag))
    facts = ListFacts(tag.thread_count, is_topic=True, has_trail=True)
    about = tag.description or _("Questions and answers about %(topic)s.", topic=tag.name)
    head = list_head(_("Tag: %(name)s", name=tag.name), about, address, rows, facts)
    return page(
        "forum/tag.html",
        replace(
            head,
            crumbs=[(_("Tags"), "/tags"), (tag.name, tag.path)],
            feeds=[(_("New about %(tag)s", tag=tag.name), f"{tag.path}/feed.atom")] if tag.thread_count else [],
        ),
        tag=tag,
        follows=follows_tag(actor, tag.name),
        login_path=login_path(tag.path),
        view=address.view,
        rows=rows,
        tabs_links=address.view_links(QUESTION_VIEWS),
        list_url=address.with_page,
    )
