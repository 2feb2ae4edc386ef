"""Passages of threads on their way into articles: adding those of another thread, and what all pages with passages share."""

import re

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.text import parse_number
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.forum.queries.threads import get_thread
from app.kb.models import Article, SourceRole
from app.kb.passages import PassageChoice, default_role, keep_passages, propose_more, to_block, to_sources
from app.kb.policies import ensure_can_edit_article, is_as_narrow
from app.kb.queries import articles as article_queries
from app.kb.queries.candidates import list_passages
from app.kb.queries.fixes import list_fixes
from app.kb.queries.related import find_related
from app.kb.queries.sources import list_source_posts
from app.kb.routes.blueprint import blueprint
from app.kb.routes.writing import render_article
from app.kb.services import drafting
from app.kb.services.assembling import assemble_body
from app.kb.services.blocks import MAX_BLOCKS, Block, origins_of
from app.kb.services.drafting import Edit, with_blocks
from app.kb.services.shapes import ROLE_NAMES, shape_of
from app.kb.services.writing import ArticleText
from app.kb.urls import article_add_path, article_edit_path
from app.web.access import members
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

MAX_POSTED = 200
_THREAD = re.compile(r"(?:.*/(?:questions|discussions)/)?#?([1-9][0-9]{0,17})(?:[/?#].*)?")


def assemble(actor: Actor, blocks: tuple[Block, ...]) -> ArticleText:
    """Return blocks as a text without a title, rendered. Raises Invalid("body"). To be called before a unit of work."""
    posts = list_source_posts(actor, (origin.post_id for origin in origins_of(blocks)))
    return ArticleText("", render_article(assemble_body(blocks, to_sources(posts))), blocks=blocks)


def posted_roles(posts: list[Post]) -> dict[int, SourceRole]:
    """Return the posts that were ticked, each with the part chosen for it; what is not a post of the thread is ignored."""
    ticked = set(request.form.getlist("take")[:MAX_POSTED])
    known = {role.value for role in SourceRole}
    roles: dict[int, SourceRole] = {}
    for post in posts:
        role = request.form.get(f"role-{post.id}", "")
        if str(post.id) in ticked:
            roles[post.id] = SourceRole(role) if role in known else default_role(post)
    return roles


def posted_revision(post_id: int) -> int:
    """Return the revision of a post that the page showed, or 0."""
    return parse_number(request.form.get(f"revision-{post_id}"), 9) or 0


def current_edit(actor: Actor, article: Article) -> Edit:
    """Return what the actor changed and has not saved, else the newest revision."""
    known = drafting.find_draft(actor, article.id)
    return known or drafting.edit_of(article_queries.get_revision(article.id, article.revision))


@blueprint.get("/kb/articles/<id:article_id>/add")
@members
def show_more_passages(article_id: int) -> AnyResponse:
    """Ask which thread; with ?thread= (a number or an address), show its passages."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    asked = query_line("thread")
    if not asked:
        return _asking_which(actor, article)
    found = _THREAD.fullmatch(asked)
    try:
        return _choosing(actor, article, int(found[1]) if found else 0)
    except NotFound:
        refusal = _("There is no thread like that. Paste the address of a question or discussion.")
        return _asking_which(actor, article, refusal, 404)


@blueprint.post("/kb/articles/<id:article_id>/add")
@members
def add_passages(article_id: int) -> AnyResponse:
    """Put passages of a thread at the end of what the actor is editing, and lead to the editor."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    asked = _THREAD.fullmatch(request.form.get("thread", ""))
    thread_id = int(asked[1]) if asked else 0
    thread, posts = get_thread(actor, thread_id), list_passages(thread_id)
    roles = posted_roles(posts)
    try:
        edit = current_edit(actor, article)
        more = _taken(article, posts, roles, thread.category.audience)
        if len(edit.blocks) + len(more) > MAX_BLOCKS:
            raise Invalid(_("An article has at most %(max_blocks)s blocks.", max_blocks=MAX_BLOCKS))
        with unit_of_work():
            drafting.save_draft(actor, article_id=article_id, edit=with_blocks(edit, (*edit.blocks, *more)))
    except (Invalid, Conflict) as error:
        flash(error.message, "error")
        status = 400 if isinstance(error, Invalid) else 409
        return _choosing(actor, article, thread_id, keep_passages(posts, roles), status)
    flash(_("Added at the end. Readers see it once you save and publish."), "success")
    return see_other(f"{article_edit_path(article_id)}#block-{more[0].key}")


def _taken(article: Article, posts: list[Post], roles: dict[int, SourceRole], audience: str) -> tuple[Block, ...]:
    """Return the chosen posts as blocks. Raises Invalid for none or for text that has fewer readers, Conflict for changed posts."""
    if not roles:
        raise Invalid(_("Please choose at least one passage."))
    if not is_as_narrow(article.audience, than=audience):
        raise Invalid(_("Not everybody who reads the article may read this thread, so its text cannot go there."))
    chosen = [post for post in posts if post.id in roles]
    if any(posted_revision(post.id) != post.revision for post in chosen):
        raise Conflict(_("A passage changed while you were choosing. Please look at it again."))
    shape = shape_of(article.kind)
    return tuple(to_block(post, shape.fit(roles[post.id])) for post in chosen)


def _choosing(
    actor: Actor, article: Article, thread_id: int, passages: list[PassageChoice] | None = None, status: int = 200
) -> Response:
    thread, posts = get_thread(actor, thread_id), list_passages(thread_id)
    known = {origin.post_id for origin in origins_of(current_edit(actor, article).blocks)}
    head = Head(title=_("Add passages to “%(title)s”", title=article.title))
    return page(
        "kb/add.html", head, status=status, article=article, thread=thread, known=known,
        passages=propose_more(posts, known) if passages is None else passages, roles=tuple(ROLE_NAMES.items()),
    )  # fmt: skip


def _asking_which(actor: Actor, article: Article, error: str = "", status: int = 200) -> Response:
    related = find_related(actor, title=article.title, text=article.summary, article_id=article.id)
    known = {origin.thread_id: origin.post_id for origin in origins_of(current_edit(actor, article).blocks)}
    posts = list_source_posts(actor, known.values())
    head = Head(title=_("Add passages to “%(title)s”", title=article.title))
    return page(
        "kb/add_which.html", head, status=status, article=article, error=error, asked=query_line("thread"),
        known=[(thread_id, posts[post_id].thread_title) for thread_id, post_id in known.items() if post_id in posts],
        threads=[card for card in related.threads if card.id not in known],
        fixes=[fix for fix in list_fixes(actor, article.id) if fix.state == "open"],
        action=article_add_path(article.id),
    )  # fmt: skip
