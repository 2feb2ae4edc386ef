"""Building an article draft from chosen passages of a thread. For curators; the queue that leads here is `candidates`."""

from flask import Response, flash
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.queries.threads import get_thread
from app.kb import presenters
from app.kb.forms import PromoteForm
from app.kb.models import Article, SourceRole
from app.kb.passages import PassageChoice, keep_passages, origin_of, propose_passages, to_block
from app.kb.policies import ensure_can_write_articles
from app.kb.queries.candidates import list_passages
from app.kb.queries.sections import usual_section
from app.kb.routes.blueprint import blueprint
from app.kb.routes.passages import assemble, posted_revision, posted_roles
from app.kb.routes.writing import fill_choices, offer_section
from app.kb.services.assembling import guess_environment
from app.kb.services.blocks import Block, Origin, new_key
from app.kb.services.promoting import Chosen, find_article_of, promote_thread
from app.kb.services.shapes import SHAPES, arrange, shape_of
from app.kb.services.writing import Placement
from app.kb.urls import article_edit_path, article_permalink
from app.web.access import curators
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/moderation/promotions/<id:thread_id>/promote")
@curators
def show_promotion(thread_id: int) -> AnyResponse:
    """Show the passages of a thread with a proposal of what to take; a thread that has its article leads there."""
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    form = _form(actor, thread)
    known = find_article_of(thread_id)
    if known is not None:
        return _to_known(known)
    posts = list_passages(thread_id)
    form.title.data, form.audience.data = thread.title, thread.category.audience
    form.environment.data = guess_environment(posts[0].body_source) if posts else ""
    return _choosing(thread, form, propose_passages(posts))


@blueprint.post("/moderation/promotions/<id:thread_id>/promote")
@curators
def promote(thread_id: int) -> AnyResponse:
    """Build the draft from what was chosen, and lead to its editor; to the article, if somebody was faster."""
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    form = _form(actor, thread)
    posts = list_passages(thread_id)
    roles = posted_roles(posts)
    try:
        form.ensure_valid()
        article = _build(actor, thread, form, posts, roles)
    except (Invalid, Conflict) as error:
        known = find_article_of(thread_id) if isinstance(error, Conflict) else None
        if known is not None:  # somebody was faster: what they began is where to go on
            return _to_known(known)
        form.add_errors(error if isinstance(error, Invalid) else Invalid(error.message))
        return _choosing(thread, form, keep_passages(posts, roles), 400 if isinstance(error, Invalid) else 409)
    flash(_("Here is the draft. Edit it until it stands on its own, then publish it."), "success")
    return see_other(article_edit_path(article.id))


def _to_known(article_id: int) -> AnyResponse:
    flash(_("An article was already built from this thread."), "info")
    return see_other(article_permalink(article_id))


def _form(actor: Actor, thread: Thread) -> PromoteForm:
    ensure_can_write_articles(actor)
    form = PromoteForm()
    fill_choices(form, actor)
    offer_section(form, usual_section(thread.category_id))
    return form


def _build(actor: Actor, thread: Thread, form: PromoteForm, posts: list[Post], roles: dict[int, SourceRole]) -> Article:
    """Arrange and render the draft, then write it in one transaction."""
    shape = shape_of(form.kind.data)
    taken = [to_block(post, shape.fit(roles[post.id])) for post in posts if post.id in roles]
    if form.environment.data:
        taken.append(Block(new_key(), SourceRole.ENVIRONMENT, "", form.environment.data, _asked_in(posts, roles)))
    blocks = arrange(form.kind.data, taken)
    text = replace(assemble(actor, blocks), title=form.title.data)
    chosen = [
        Chosen(post_id, posted_revision(post_id), block.role) for block in taken for post_id in (o.post_id for o in block.sources)
    ]
    place = Placement(form.section_id.data, form.audience.data, kind=form.kind.data)
    with unit_of_work():
        return promote_thread(actor, thread_id=thread.id, chosen=chosen, place=place, text=text)


def _asked_in(posts: list[Post], roles: dict[int, SourceRole]) -> tuple[Origin, ...]:
    """Return the question as the source of the environment, if it was chosen."""
    return tuple(origin_of(post) for post in posts if post.kind == PostKind.OPENING and post.id in roles)


def _choosing(thread: Thread, form: PromoteForm, passages: list[PassageChoice], status: int = 200) -> Response:
    head = Head(title=_("Promote “%(title)s”", title=thread.title))
    return page(
        "kb/promote.html", head, status=status, thread=thread, form=form, passages=passages, roles=presenters.ROLES,
        shapes=tuple(SHAPES.values()),
    )  # fmt: skip
