"""The page of a category."""

from flask import request
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.records import replace
from app.forum.queries.categories import find_topic
from app.forum.queries.followed import follows_category
from app.forum.queries.lists import QUESTION_VIEWS, has_few
from app.forum.routes.blueprint import blueprint
from app.forum.routes.lists import ListAddress, asked_view, asks_for_first_page, follow_part, list_head
from app.forum.routes.shown_rows import show_pinned, show_threads
from app.pagecache.shared_lists import members_share
from app.web.access import public
from app.web.context import current_actor
from app.web.contract import ListFacts
from app.web.marking import THREADS, keep_page
from app.web.redirects import login_path, moved
from app.web.render import page


def _own_parts(actor: Actor, slug: str) -> dict[str, str]:
    return follow_part(follows_category(actor, slug))


@blueprint.get("/c/<slug>")
@public
@members_share("view", "page", own=_own_parts)
def category_page(slug: str) -> Response:
    """List the threads of a category, pinned ones first."""
    actor = current_actor()
    number = parse_page(request.args.get("page"))
    category = find_topic(actor, slug)
    if category is None:
        raise NotFound(_("There is no such category."))
    address = ListAddress(category.path, asked_view(QUESTION_VIEWS))
    if asks_for_first_page():
        return moved(address.with_page(1))
    rows = show_threads(actor, view=address.view, category=category.id, page=number, is_small=has_few(category))
    about = category.description or _("Questions and discussions about %(category)s.", category=category.name)
    is_public = category.audience == "public"
    facts = ListFacts(category.thread_count, category.audience, is_topic=True, has_trail=True)
    head = list_head(category.name, about, address, rows, facts)
    keep_page(THREADS)
    return page(
        "forum/category.html",
        replace(
            head,
            crumbs=[(_("Questions"), "/questions"), (category.name, category.path)],
            feeds=[(_("New in %(category)s", category=category.name), f"{category.path}/feed.atom")] if is_public else [],
        ),
        category=category,
        follows=follows_category(actor, category.slug),
        login_path=login_path(category.path),
        view=address.view,
        rows=rows,
        pinned=show_pinned(actor, category.id) if address.is_plain and number == 1 else (),
        tabs_links=address.view_links(QUESTION_VIEWS),
        list_url=address.with_page,
    )
