"""The editor of an article: its blocks, one form for all of them. What is not saved is kept as a draft by every button."""

from collections.abc import Mapping

from flask import Response, flash, jsonify, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.text import clean_line, clean_text
from app.core.uow import unit_of_work
from app.kb import presenters
from app.kb.forms import EditForm
from app.kb.models import Article
from app.kb.passages import present_blocks
from app.kb.policies import can_publish_article, ensure_can_edit_article
from app.kb.queries import articles as article_queries
from app.kb.queries.fixes import list_fixes
from app.kb.queries.sources import list_source_posts
from app.kb.routes.blueprint import blueprint
from app.kb.routes.merging import merging_page
from app.kb.routes.passages import assemble, current_edit
from app.kb.routes.writing import fill_choices, finish
from app.kb.services import drafting, writing
from app.kb.services.blocks import origins_of, retype
from app.kb.services.drafting import Edit, with_blocks
from app.kb.services.rearranging import rearrange
from app.kb.services.shapes import ROLE_NAMES, shape_of
from app.kb.services.writing import ArticleText, Placement, StaleEdit
from app.kb.urls import article_edit_path, article_merge_path
from app.web.access import members
from app.web.context import current_actor, site_settings, wants_json
from app.web.ratelimit import TYPING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

MOST_REVISIONS = 1_000_000
TEXTS = ("title", "summary", "applies_to", "asked_as")
PLACES = ("section_id", "audience", "slug", "kind")


@blueprint.get("/kb/articles/<id:article_id>/edit")
@members
def show_article_editor(article_id: int) -> AnyResponse:
    """Show the newest revision in blocks, or what the actor changed and did not save; meeting what others saved since."""
    actor = current_actor()
    article = _article_to_edit(actor, article_id)
    edit = current_edit(actor, article)
    if request.args.get("draft") == "no":
        edit = drafting.edit_of(article_queries.get_revision(article.id, article.revision))
    elif edit.base_revision != article.revision:
        return see_other(article_merge_path(article.id))
    form = _form(actor)
    _fill(form, article, edit)
    return _editor(actor, form, article, edit)


@blueprint.post("/kb/articles/<id:article_id>/edit")
@members
def edit_article(article_id: int) -> AnyResponse:
    """Save the next revision, or do what a button of a block says. What somebody else saved meanwhile is never overwritten."""
    actor = current_actor()
    article = _article_to_edit(actor, article_id)
    form, edit = _form(actor), None
    try:
        edit = _posted(actor, article, form)
        if asked := request.form.get("do", ""):
            return _rearrange(actor, article, edit, asked)
        form.ensure_valid()
        saved = _save(actor, article, form, edit)
    except StaleEdit as stale:
        with unit_of_work():
            drafting.save_draft(actor, article_id=article.id, edit=edit or current_edit(actor, article))
        flash(stale.message, "warning")
        return merging_page(actor, article_queries.get_article(actor, article_id), 409)
    except Invalid as error:
        form.add_errors(error)
        return _editor(actor, form, article, edit or current_edit(actor, article), status=400)
    return see_other(presenters.path_of(saved))


@blueprint.post("/kb/articles/<id:article_id>/draft")
@members
@limiter.limit(TYPING)
def keep_article_draft(article_id: int) -> AnyResponse:
    """Keep what is typed in the editor; with `discard`, forget it."""
    actor = current_actor()
    article = _article_to_edit(actor, article_id)
    is_kept = "discard" not in request.form
    edit = _posted(actor, article, _form(actor)) if is_kept else None
    with unit_of_work():
        if edit is not None:
            drafting.save_draft(actor, article_id=article_id, edit=edit)
        else:
            drafting.discard_draft(actor, article_id=article_id)
    if wants_json():
        return jsonify(saved=is_kept)
    flash(_("Kept as your draft.") if is_kept else _("What you had not saved is gone. This is the newest version."), "success")
    return see_other(article_edit_path(article_id))


@blueprint.post("/kb/articles/<id:article_id>/preview")
@members
@limiter.limit(TYPING)
def preview_article(article_id: int) -> Response:
    """Return the HTML of the article as it is being written."""
    actor = current_actor()
    article = _article_to_edit(actor, article_id)
    try:
        html = str(assemble(actor, _posted(actor, article, _form(actor)).blocks).body.html)
    except Invalid as error:
        return make_response(error.message, 400, {"Content-Type": "text/plain; charset=utf-8"})
    return make_response(html)


def _article_to_edit(actor: Actor, article_id: int) -> Article:
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    return article


def _form(actor: Actor) -> EditForm:
    form = EditForm()
    fill_choices(form, actor)
    return form


def _posted(actor: Actor, article: Article, form: EditForm) -> Edit:
    """Return what was posted as an edit. Where blocks came from is taken from the revision it began with and the kept draft."""
    base = form.base_revision.data or 0
    if not 0 < base < MOST_REVISIONS:
        raise Invalid(_("This page is out of date. Please open the editor again."))
    try:
        before = drafting.edit_of(article_queries.look_up_revision(actor, article.id, base))
    except NotFound:
        raise Invalid(_("This page is out of date. Please open the editor again.")) from None
    kept = drafting.find_draft(actor, article.id)
    known = {block.key: block for block in (*before.blocks, *(kept.known_blocks if kept else ()))}
    blocks = retype(list(known.values()), _typed_blocks())
    standing = {block.key for block in blocks}
    removed = tuple(block for block in (kept.removed if kept else ()) if block.key not in standing)
    fields = {
        name: str(form[name].data or "").strip("\n") for name in (*TEXTS, "note", *PLACES, *(f"was_{name}" for name in PLACES))
    }
    return Edit(base, fields, blocks, removed)


def _typed_blocks() -> list[tuple[str, str, str, str]]:
    return [
        (
            key, request.form.get(f"role-{key}", ""), clean_line(request.form.get(f"title-{key}", "")),
            clean_text(request.form.get(f"body-{key}", "")).rstrip(),
        )
        for key in request.form.getlist("block")[:200]
    ]  # fmt: skip


def _rearrange(actor: Actor, article: Article, edit: Edit, asked: str) -> AnyResponse:
    """Do what a button of a block says to the draft, and lead back to that block."""
    blocks, removed, at = rearrange(actor, edit, asked, request.form)
    with unit_of_work():
        drafting.save_draft(actor, article_id=article.id, edit=with_blocks(edit, blocks, removed))
    return see_other(article_edit_path(article.id) + (f"#block-{at}" if at else "#preview"))


def _save(actor: Actor, article: Article, form: EditForm, edit: Edit) -> Article:
    """Assemble and render the text, then write the revision, publish it if the button said so, and forget the draft."""
    made = assemble(actor, edit.blocks)
    text = ArticleText(
        form.title.data, made.body, form.summary.data or "", form.applies_to.data or "", form.asked_as.data or "", edit.blocks
    )
    place = _place(actor, article, edit.fields)
    with unit_of_work():
        saved = writing.save_revision(
            actor, article_id=article.id, base_revision=edit.base_revision, place=place, text=text, note=form.note.data,
            is_published_next=request.form.get("then") == "publish",
        )  # fmt: skip
        finish(actor, saved)
        drafting.discard_draft(actor, article_id=article.id)
    return saved


def _place(actor: Actor, article: Article, fields: Mapping[str, str]) -> Placement:
    """Return where the article shall stand: what was changed here, the rest as it stands now.

    Raises Invalid where somebody else changed the same meanwhile.
    """
    now = {"section_id": str(article.section_id), "audience": article.audience, "slug": article.slug, "kind": article.kind}
    if can_publish_article(actor, article) or article.published_revision is None:
        problems = {}
        for name, current in dict(now).items():
            typed, was = fields.get(name, ""), fields.get(f"was_{name}", "")
            if typed and was and typed != was:
                if current not in (was, typed):
                    problems[name] = _("Somebody changed this meanwhile. Please choose again.")
                now[name] = typed
        if problems:
            raise Invalid(problems)
    return Placement(int(now["section_id"]), now["audience"], now["slug"], now["kind"])


def _fill(form: EditForm, article: Article, edit: Edit) -> None:
    """Show an edit in the form; where the article stands is as it is now unless the edit changes it."""
    for name in (*TEXTS, "note"):
        form[name].data = edit.fields.get(name, "")
    for name in PLACES:
        current = str(getattr(article, name))
        typed, was = edit.fields.get(name, ""), edit.fields.get(f"was_{name}", "")
        value = typed if typed and typed != was else current
        form[name].data = int(value) if name == "section_id" and value.isdigit() else value
        form[f"was_{name}"].data = current
    form.base_revision.data = edit.base_revision


def _editor(actor: Actor, form: EditForm, article: Article, edit: Edit, status: int = 200) -> Response:
    shape = shape_of(form.kind.data or article.kind)
    posts = list_source_posts(actor, (origin.post_id for origin in origins_of(edit.known_blocks)))
    if status != 200:  # show again where it stands now, so that a second try is a decision
        for name in PLACES:
            form[f"was_{name}"].data = str(getattr(article, name))
    try:
        preview = assemble(actor, edit.blocks).body.html
    except Invalid:
        preview = None
    return page(
        "kb/edit.html", Head(title=_("Edit “%(title)s”", title=article.title)), status=status, form=form, article=article,
        edit=edit, blocks=present_blocks(shape, edit.blocks, posts), removed=edit.removed, shape=shape, preview=preview,
        roles=tuple(ROLE_NAMES.items()), parts=[(part, ROLE_NAMES[part]) for part in shape.parts], path=presenters.path_of(article),
        fixes=[fix for fix in list_fixes(actor, article.id) if fix.state == "open"], licence=site_settings().content_licence,
        can_publish=can_publish_article(actor, article),
    )  # fmt: skip
