"""The curators' list of articles, beginning a new one, and the preview of Markdown. Editing is `editing`."""

from urllib.parse import urlsplit

from flask import Response, flash, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.markup import Rendered, render_markdown
from app.core.pagination import parse_page
from app.core.text import clean_line
from app.core.uow import unit_of_work
from app.forum.models.thread import TITLE_MAX
from app.forum.services.drafting import discard_draft, find_draft
from app.kb import presenters
from app.kb.forms import ArticleForm, KindForm, PlacementForm, audience_choices
from app.kb.models import Article, ArticleState
from app.kb.policies import can_write_articles, ensure_can_propose_articles
from app.kb.queries.lists import OTHER_VIEWS, count_working_articles, list_working_articles
from app.kb.queries.sections import load_tree
from app.kb.routes.blueprint import blueprint
from app.kb.services import publishing, writing
from app.kb.services.assembling import assemble_body, read_blocks
from app.kb.services.shapes import SHAPES, first_blocks
from app.kb.services.writing import ARTICLE_MAX, ASKED_AS_MAX, ArticleText, Placement
from app.kb.urls import article_edit_path
from app.web.access import members
from app.web.context import current_actor, site_settings
from app.web.forms import posted_text, query_line
from app.web.ratelimit import TYPING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

VIEWS = (*(state.value for state in ArticleState), *OTHER_VIEWS)


def render_article(source: str) -> Rendered:
    """Return the Markdown of an article as HTML. Raises Invalid("body"). To be called before a unit of work."""
    own_host = urlsplit(site_settings().base_url).netloc
    return render_markdown(source, own_host=own_host, top_level=2, max_length=ARTICLE_MAX)


def fill_choices(form: PlacementForm, actor: Actor) -> None:
    """Give a form the sections, audiences and kinds that the actor may choose."""
    form.section_id.choices = [(node.id, "– " * node.depth + node.title) for node in load_tree(actor, with_empty=True).flat()]
    form.audience.choices = audience_choices(actor)
    if isinstance(form, KindForm):
        form.kind.choices = [(str(shape.kind), shape.name) for shape in SHAPES.values()]


def offer_section(form: PlacementForm, usual: int | None = None) -> None:
    """Choose the usual section for what is new, or the only one there is; where there is neither, it has to be chosen."""
    known = [value for value, _label in form.section_id.choices]
    if usual not in known and len(known) > 1:
        form.section_id.choices.insert(0, ("", _("Choose a section")))
    elif form.section_id.data is None and known:
        form.section_id.data = usual if usual in known else known[0]


@blueprint.get("/kb/articles")
@members
def list_own() -> Response:
    """Show drafts, reviews and the rest to curators; to others who write articles their own."""
    actor, view = current_actor(), request.args.get("view", "draft")
    ensure_can_propose_articles(actor)
    if view not in VIEWS:
        raise NotFound
    rows = list_working_articles(actor, view=view, page=parse_page(request.args.get("page")))
    head = Head(title=_("Articles"))
    return page("kb/articles.html", head, rows=rows, view=view, counts=count_working_articles(actor))


@blueprint.get("/kb/articles/new")
@members
def show_new_article() -> Response:
    """Show where an article is begun from scratch."""
    actor = current_actor()
    form = _form(actor)
    return _beginning(form, is_restored=_prefill(form, actor))


@blueprint.post("/kb/articles/new")
@members
def create_article() -> AnyResponse:
    """Write a new draft, or publish it at once if the button said so; without a text yet, lead to its editor."""
    actor = current_actor()
    form = _form(actor)
    try:
        form.ensure_valid()
        text, place = _posted(form)
        with unit_of_work():
            article = writing.create_article(actor, place=place, text=text, note=form.note.data)
            finish(actor, article)
            discard_draft(actor, key="article:new")
    except Invalid as error:
        form.add_errors(error)
        return _beginning(form, status=400)
    return see_other(presenters.path_of(article) if form.body.data else article_edit_path(article.id))


def _form(actor: Actor) -> ArticleForm:
    ensure_can_propose_articles(actor)
    form = ArticleForm()
    fill_choices(form, actor)
    offer_section(form)
    return form


def _posted(form: ArticleForm) -> tuple[ArticleText, Placement]:
    """Return text and place of a valid form, the text rendered."""
    source = form.body.data or ""
    blocks = read_blocks(source) if source.strip() else first_blocks(form.kind.data)
    body = render_article(assemble_body(blocks, {}))
    text = ArticleText(
        form.title.data, body, form.summary.data or "", form.applies_to.data or "", form.asked_as.data or "", blocks
    )
    return text, Placement(form.section_id.data, form.audience.data, form.slug.data or "", form.kind.data)


def finish(actor: Actor, article: Article) -> None:
    """Publish at once if the button said so, and say what became of what was saved."""
    is_shown = article.state == ArticleState.PUBLISHED and article.published_revision == article.revision
    if request.form.get("then") == "publish" and not is_shown:
        publishing.publish(actor, article_id=article.id)
        flash(_("Published. Readers see this version from now on."), "success")
    elif is_shown:
        flash(_("Saved."), "success")
    elif article.state == ArticleState.PUBLISHED:
        flash(
            _(
                "Saved. Readers keep seeing version %(published_revision)s until this one is published.",
                published_revision=article.published_revision,
            ),
            "success",
        )
    else:
        flash(_("Saved as a draft. Readers do not see it yet."), "success")


def _prefill(form: ArticleForm, actor: Actor) -> bool:
    """Fill the form from the actor's draft or from the address (?title=, ?asked_as=), and return whether it was the draft.

    A text that was begun stands there until it is saved or discarded: what is typed over it would be kept in its place.
    """
    draft, title = find_draft(actor, "article:new"), query_line("title", TITLE_MAX)
    kept = draft.fields if draft and (draft.fields.get("body") or draft.fields.get("summary") or not title) else {}
    for name in ("title", "summary", "applies_to", "asked_as", "body", "note"):
        if name in kept:
            form[name].data = kept[name]
    if title and not kept:  # somebody writes what searches did not find
        form.title.data = title
        form.asked_as.data = "\n".join(clean_line(text) for text in request.args.getlist("asked_as"))[:ASKED_AS_MAX]
    return bool(kept)


def _beginning(form: ArticleForm, status: int = 200, is_restored: bool = False) -> Response:
    head = Head(title=_("New article"))
    return page(
        "kb/new.html", head, status=status, form=form, shapes=tuple(SHAPES.values()),
        can_publish=can_write_articles(current_actor()), is_restored=is_restored, back=request.full_path,
    )  # fmt: skip


@blueprint.post("/kb/preview")
@members
@limiter.limit(TYPING)
def preview() -> Response:
    """Return the HTML of an article's text while it is written."""
    try:
        html = str(render_article(posted_text("body")).html)
    except Invalid as error:
        return make_response(error.message, 400, {"Content-Type": "text/plain; charset=utf-8"})
    return make_response(html)
