"""Two people edited the same article: the version both began with, theirs and yours, part by part. Nobody overwrites anybody."""

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.records import replace
from app.core.text import clean_text
from app.core.textdiff import diff_lines
from app.core.uow import unit_of_work
from app.kb import presenters
from app.kb.models import Article
from app.kb.policies import ensure_can_edit_article
from app.kb.queries import articles as article_queries
from app.kb.routes.blueprint import blueprint
from app.kb.routes.passages import assemble
from app.kb.services import drafting, writing
from app.kb.services.drafting import Edit
from app.kb.services.merging import Merge, Part, Version, merge_versions, resolve
from app.kb.services.writing import ArticleText, Placement, StaleEdit
from app.kb.urls import article_edit_path, article_merge_path
from app.web.access import members
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/kb/articles/<id:article_id>/merge")
@members
def show_merge(article_id: int) -> AnyResponse:
    """Show what others saved while the actor was writing, beside what the actor wrote."""
    actor = current_actor()
    article = _article(actor, article_id)
    draft = drafting.find_draft(actor, article.id)
    if draft is None or draft.base_revision == article.revision:
        return see_other(article_edit_path(article.id))
    return merging_page(actor, article)


@blueprint.post("/kb/articles/<id:article_id>/merge")
@members
def save_merge(article_id: int) -> AnyResponse:
    """Save one text of both as the newest revision, or go on with it in the editor; open conflicts are asked about again."""
    actor = current_actor()
    article = _article(actor, article_id)
    draft = drafting.find_draft(actor, article.id)
    if draft is None or draft.base_revision == article.revision:
        return see_other(article_edit_path(article.id))
    shown = _shown_revision()
    merge = _merge(actor, article, draft, shown)
    picks, typed = _picked(merge)
    fields, blocks, undecided = resolve(merge, picks, typed)
    if undecided:
        return merging_page(actor, article, 400, undecided, picks, typed)
    merged = replace(draft, base_revision=shown, fields={**draft.fields, **fields}, blocks=blocks)
    with unit_of_work():
        drafting.save_draft(actor, article_id=article.id, edit=merged)
    if request.form.get("then") == "edit" or shown != article.revision:
        return see_other(article_merge_path(article.id))
    return _save(actor, article, merged)


def _save(actor: Actor, article: Article, merged: Edit) -> AnyResponse:
    """Write the merged text; where the article stands stays as it is now."""
    try:
        made = assemble(actor, merged.blocks)
        texts = {name: merged.fields.get(name, "") for name in ("title", "summary", "applies_to", "asked_as")}
        text = ArticleText(body=made.body, blocks=merged.blocks, **texts)
        place = Placement(article.section_id, article.audience)
        with unit_of_work():
            writing.save_revision(
                actor, article_id=article.id, base_revision=merged.base_revision, place=place, text=text,
                note=merged.fields.get("note", "") or f"Put together with version {merged.base_revision}",
            )  # fmt: skip
            drafting.discard_draft(actor, article_id=article.id)
    except StaleEdit as stale:
        flash(stale.message, "warning")
        return see_other(article_merge_path(article.id))
    except Invalid as error:
        flash(error.message, "error")
        return see_other(article_edit_path(article.id))
    flash(_("Saved: both changes are in the newest version."), "success")
    return see_other(presenters.path_of(article))


def merging_page(
    actor: Actor,
    article: Article,
    status: int = 200,
    undecided: list[str] | None = None,
    picks: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """Return the page of the three texts: the one both began with, the newest one, and the actor's draft."""
    draft = drafting.find_draft(actor, article.id)
    if draft is None:
        raise NotFound
    merge = _merge(actor, article, draft, article.revision)
    newest = article_queries.get_revision(article.id, article.revision)
    parts = [(part, _changes(part)) for part in merge.parts]
    head = Head(title=_("Two edits of “%(title)s”", title=article.title))
    return page(
        "kb/merge.html", head, status=status, article=article, path=presenters.path_of(article), merge=merge, parts=parts,
        newest=newest, draft=draft, undecided=undecided or [], picks=picks or {}, typed=typed or {},
    )  # fmt: skip


def _article(actor: Actor, article_id: int) -> Article:
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    return article


def _shown_revision() -> int:
    raw = request.form.get("revision", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise Invalid(_("Please look at the changes first."), "revision")
    return int(raw)


def _merge(actor: Actor, article: Article, draft: Edit, theirs: int) -> Merge:
    """Compare the draft with revision `theirs`, both made from the revision the draft began with. Raises NotFound."""
    base, newest = (
        drafting.edit_of(article_queries.look_up_revision(actor, article.id, number)) for number in (draft.base_revision, theirs)
    )
    return merge_versions(*(Version(edit.fields, edit.blocks) for edit in (base, newest, draft)))


def _picked(merge: Merge) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was chosen for each part, and the texts typed for them."""
    picks = {part.name: request.form.get(f"pick-{part.name}", "") for part in merge.parts}
    names = [part.name for part in merge.parts if f"text-{part.name}" in request.form]
    return picks, {name: clean_text(request.form[f"text-{name}"]).rstrip() for name in names}


def _changes(part: Part) -> tuple[object, object]:
    """Return what each side changed; None where it left the text out or as it was."""
    base = part.base or ""
    theirs = None if part.theirs is None or part.theirs == base else diff_lines(base, part.theirs)
    yours = None if part.yours is None or part.yours == base else diff_lines(base, part.yours)
    return theirs, yours
