"""The queue of threads worth an article: deciding, and building a draft from chosen passages. For curators."""

from typing import Any

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.queries.threads import get_thread
from app.kb import presenters
from app.kb.forms import PromoteForm
from app.kb.models import Article, CandidateState, SourceRole
from app.kb.policies import ensure_can_write_articles
from app.kb.presenters import PassageChoice
from app.kb.queries.candidates import count_candidates, list_candidates, list_passages
from app.kb.routes.blueprint import blueprint
from app.kb.routes.writing import fill_choices, render_article
from app.kb.services import deciding
from app.kb.services.assembling import assemble_body, guess_environment
from app.kb.services.promoting import Chosen, find_article_of, promote_thread
from app.kb.services.writing import ArticleText, Placement
from app.kb.urls import article_edit_path, article_permalink, promotions_path
from app.web.access import curators
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

MAX_POSTED = 200


@blueprint.get("/moderation/promotions")
@curators
def promotions() -> Response:
    """Show candidates with their explained scores."""
    actor, state = current_actor(), request.args.get("state", CandidateState.PROPOSED)
    if state not in list(CandidateState):
        raise NotFound
    rows = list_candidates(actor, state=state, page=parse_page(request.args.get("page")))
    return page(
        "kb/promotions.html", Head(title="Promotions", is_indexable=False), rows=rows, state=state,
        counts=count_candidates(actor), reasons=presenters.DISMISSALS,
    )  # fmt: skip


@blueprint.post("/moderation/promotions/<id:thread_id>/dismiss")
@curators
def dismiss(thread_id: int) -> AnyResponse:
    """Decide that a thread gets no article."""
    reason, note = posted_line("reason", 60), posted_line("note", 220)
    try:
        with unit_of_work():
            deciding.dismiss_candidate(current_actor(), thread_id=thread_id, reason=": ".join(filter(None, (reason, note))))
    except Invalid as error:
        flash(error.message, "error")
        return see_other(promotions_path())
    undo: Any = ("Dismissed. It will not be proposed again.", f"/moderation/promotions/{thread_id}/restore")
    flash(undo, "undo")
    return see_other(promotions_path())


@blueprint.post("/moderation/promotions/<id:thread_id>/restore")
@curators
def restore_dismissed(thread_id: int) -> AnyResponse:
    """Take a dismissal back."""
    with unit_of_work():
        deciding.restore_candidate(current_actor(), thread_id=thread_id)
    flash("It is proposed again.", "success")
    return see_other(promotions_path())


@blueprint.get("/moderation/promotions/<id:thread_id>/promote")
@curators
def show_promotion(thread_id: int) -> AnyResponse:
    """Show the passages of a thread with a proposal of what to take; a thread that has its article leads there."""
    actor = current_actor()
    thread, form = get_thread(actor, thread_id), _form(actor)
    known = find_article_of(thread_id)
    if known is not None:
        flash("An article was already built from this thread.", "info")
        return see_other(article_permalink(known))
    posts = list_passages(thread_id)
    form.title.data, form.audience.data = thread.title, thread.category.audience
    form.environment.data = guess_environment(posts[0].body_source) if posts else ""
    return _choosing(thread, form, presenters.propose_passages(posts))


@blueprint.post("/moderation/promotions/<id:thread_id>/promote")
@curators
def promote(thread_id: int) -> AnyResponse:
    """Build the draft from what was chosen, and lead to its editor."""
    actor = current_actor()
    thread, form = get_thread(actor, thread_id), _form(actor)
    posts = list_passages(thread_id)
    roles = _posted_roles(posts)
    try:
        form.ensure_valid()
        article = _build(actor, thread, form, [(post, roles[post.id]) for post in posts if post.id in roles])
    except (Invalid, Conflict) as error:
        form.add_errors(error if isinstance(error, Invalid) else Invalid(error.message))
        return _choosing(thread, form, presenters.keep_passages(posts, roles), 400 if isinstance(error, Invalid) else 409)
    flash("Here is the draft. Edit it until it stands on its own, then publish it.", "success")
    return see_other(article_edit_path(article.id))


def _form(actor: Actor) -> PromoteForm:
    ensure_can_write_articles(actor)
    form = PromoteForm()
    fill_choices(form, actor)
    return form


def _build(actor: Actor, thread: Thread, form: PromoteForm, taken: list[tuple[Post, SourceRole]]) -> Article:
    """Assemble and render the draft, then write it in one transaction."""
    source = assemble_body([presenters.to_passage(post, role) for post, role in taken], form.environment.data or "")
    text = ArticleText(form.title.data, render_article(source))
    chosen = [Chosen(post.id, _posted_number(f"revision-{post.id}"), role) for post, role in taken]
    place = Placement(form.section_id.data, form.audience.data)
    with unit_of_work():
        return promote_thread(actor, thread_id=thread.id, chosen=chosen, place=place, text=text)


def _posted_roles(posts: list[Post]) -> dict[int, SourceRole]:
    """Return the posts that were ticked, each with the part chosen for it; what is not a post of the thread is ignored."""
    ticked = set(request.form.getlist("take")[:MAX_POSTED])
    known = {role.value for role in SourceRole}
    roles: dict[int, SourceRole] = {}
    for post in posts:
        role = request.form.get(f"role-{post.id}", "")
        if str(post.id) in ticked:
            roles[post.id] = SourceRole(role) if role in known else presenters.default_role(post)
    return roles


def _posted_number(name: str) -> int:
    raw = request.form.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def _choosing(thread: Thread, form: PromoteForm, passages: list[PassageChoice], status: int = 200) -> Response:
    head = Head(title=f"Promote “{thread.title}”", is_indexable=False)
    return page("kb/promote.html", head, status=status, thread=thread, form=form, passages=passages, roles=presenters.ROLES)
