"""The curators' list of articles, the editor and its preview."""

from urllib.parse import urlsplit

from flask import Response, flash, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.markup import Rendered, render_markdown
from app.core.pagination import parse_page
from app.core.textdiff import TextDiff, diff_lines
from app.core.uow import unit_of_work
from app.forum.services.drafting import discard_draft, find_draft
from app.kb import presenters
from app.kb.forms import ArticleForm, PlacementForm, audience_choices
from app.kb.models import Article, ArticleRevision, ArticleState
from app.kb.policies import ensure_can_edit_article, ensure_can_write_articles
from app.kb.queries import articles as article_queries
from app.kb.queries.lists import count_working_articles, list_working_articles
from app.kb.queries.sections import load_tree
from app.kb.routes.blueprint import blueprint
from app.kb.services import publishing, writing
from app.kb.services.writing import ARTICLE_MAX, ArticleText, Placement, StaleEdit
from app.web.access import curators
from app.web.context import current_actor, site_settings
from app.web.forms import posted_text
from app.web.ratelimit import TYPING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

VIEWS = (*(state.value for state in ArticleState), "changed")


def render_article(source: str) -> Rendered:
    """Return the Markdown of an article as HTML. Raises Invalid("body"). To be called before a unit of work."""
    own_host = urlsplit(site_settings().base_url).netloc
    return render_markdown(source, own_host=own_host, top_level=2, max_length=ARTICLE_MAX)


def fill_choices(form: PlacementForm, actor: Actor) -> None:
    """Give a form the sections and audiences that the actor may choose."""
    form.section_id.choices = [(node.id, "– " * node.depth + node.title) for node in load_tree(actor, with_empty=True).flat()]
    form.audience.choices = audience_choices(actor)


@blueprint.get("/kb/articles")
@curators
def list_own() -> Response:
    """Show drafts, reviews and the rest to curators."""
    actor, view = current_actor(), request.args.get("view", "draft")
    if view not in VIEWS:
        raise NotFound
    rows = list_working_articles(actor, view=view, page=parse_page(request.args.get("page")))
    head = Head(title="Articles", is_indexable=False)
    return page("kb/articles.html", head, rows=rows, view=view, counts=count_working_articles(actor))


@blueprint.get("/kb/articles/new")
@curators
def show_new_article() -> Response:
    """Show the editor for an article from scratch."""
    actor = current_actor()
    form = _form(actor)
    _prefill(form, actor, "article:new", None)
    return _editor(form, None)


@blueprint.post("/kb/articles/new")
@curators
def create_article() -> AnyResponse:
    """Write a new draft, or publish it at once if the button said so."""
    actor = current_actor()
    form = _form(actor)
    try:
        form.ensure_valid()
        text, place = _posted(form)
        with unit_of_work():
            article = writing.create_article(actor, place=place, text=text, note=form.note.data)
            _finish(actor, article, "article:new")
    except Invalid as error:
        form.add_errors(error)
        return _editor(form, None, status=400)
    return see_other(presenters.path_of(article))


@blueprint.get("/kb/articles/<id:article_id>/edit")
@curators
def show_article_editor(article_id: int) -> Response:
    """Show the editor with the newest revision, or with what the actor typed last time and did not save."""
    actor = current_actor()
    article = _article_to_edit(actor, article_id)
    form = _form(actor)
    _fill(form, article, article_queries.get_revision(article.id, article.revision))
    _prefill(form, actor, f"article:{article.id}", article.revision)
    return _editor(form, article)


@blueprint.post("/kb/articles/<id:article_id>/edit")
@curators
def edit_article(article_id: int) -> AnyResponse:
    """Write the next revision. What somebody else saved meanwhile is shown beside, never overwritten unseen."""
    actor = current_actor()
    article = _article_to_edit(actor, article_id)
    form = _form(actor)
    try:
        form.ensure_valid()
        saved = _save(actor, article.id, form)
    except StaleEdit as stale:
        newest = article_queries.get_revision(article.id, stale.current)
        form.base_revision.raw_data = [str(stale.current)]
        flash(stale.message, "warning")
        return _editor(form, article, status=409, conflict=diff_lines(newest.body_source, form.body.data or ""))
    except Invalid as error:
        form.add_errors(error)
        return _editor(form, article, status=400)
    return see_other(presenters.path_of(saved))


def _save(actor: Actor, article_id: int, form: ArticleForm) -> Article:
    text, place = _posted(form)
    base = form.base_revision.data or 0
    with unit_of_work():
        saved = writing.save_revision(
            actor, article_id=article_id, base_revision=base, place=place, text=text, note=form.note.data
        )
        _finish(actor, saved, f"article:{saved.id}")
    return saved


def _form(actor: Actor) -> ArticleForm:
    ensure_can_write_articles(actor)
    form = ArticleForm()
    fill_choices(form, actor)
    return form


def _article_to_edit(actor: Actor, article_id: int) -> Article:
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    return article


def _posted(form: ArticleForm) -> tuple[ArticleText, Placement]:
    """Return text and place of a valid form, the text rendered."""
    body = render_article(form.body.data)
    text = ArticleText(form.title.data, body, form.summary.data or "", form.applies_to.data or "", form.asked_as.data or "")
    return text, Placement(form.section_id.data, form.audience.data, form.slug.data or "")


def _finish(actor: Actor, article: Article, draft_key: str) -> None:
    """Publish at once if the button said so, and forget the draft of the form."""
    is_shown = article.state == ArticleState.PUBLISHED and article.published_revision == article.revision
    if request.form.get("then") == "publish" and not is_shown:
        publishing.publish(actor, article_id=article.id)
        flash("Published. Readers see this version from now on.", "success")
    elif is_shown:
        flash("Saved.", "success")
    else:
        flash("Saved as a draft. Readers do not see it yet.", "success")
    discard_draft(actor, key=draft_key)


def _fill(form: ArticleForm, article: Article, newest: ArticleRevision) -> None:
    for name in ("title", "summary", "applies_to", "asked_as"):
        form[name].data = getattr(newest, name)
    form.body.data = newest.body_source
    form.slug.data, form.section_id.data, form.audience.data = article.slug, article.section_id, article.audience
    form.base_revision.data = article.revision


def _prefill(form: ArticleForm, actor: Actor, key: str, revision: int | None) -> None:
    """Take over what the actor typed and did not save, unless a newer revision was saved since."""
    draft = find_draft(actor, key)
    if draft is None or request.args.get("draft") == "no":
        return
    if revision is not None and draft.fields.get("base_revision") not in (None, "", str(revision)):
        return
    for name in ("title", "summary", "applies_to", "asked_as", "body", "note"):
        if name in draft.fields:
            form[name].data = draft.fields[name]
    flash("This is what you typed last time and did not save.", "info")


def _editor(form: ArticleForm, article: Article | None, status: int = 200, conflict: TextDiff | None = None) -> Response:
    title = f"Edit “{article.title}”" if article else "New article"
    head = Head(title=title, is_indexable=False)
    key = f"article:{article.id}" if article else "article:new"
    path = presenters.path_of(article) if article else "/kb"
    return page("kb/edit.html", head, status=status, form=form, article=article, conflict=conflict, draft_key=key, back_path=path)


@blueprint.post("/kb/preview")
@curators
@limiter.limit(TYPING)
def preview() -> Response:
    """Return the HTML of an article's text while it is written."""
    try:
        html = str(render_article(posted_text("body")).html)
    except Invalid as error:
        return make_response(error.message, 400, {"Content-Type": "text/plain; charset=utf-8"})
    return make_response(html)
