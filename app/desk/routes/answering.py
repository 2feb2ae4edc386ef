"""The form of the item page: posting an answer or a question back, and the helpers that put text into the editor.

Helpers answer with the page and everything that was typed; nothing is written by them.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.text import shorten
from app.core.uow import unit_of_work
from app.desk.item_forms import ItemForm, chosen
from app.desk.placeholders import Values, append_text, fill
from app.desk.queries.articles import find_offer
from app.desk.queries.canned import get_canned
from app.desk.queries.item import ItemPage, get_head, has_news, load_item
from app.desk.routes.blueprint import blueprint
from app.desk.routes.item import Shown, render_item
from app.desk.routes.queue import asked_place
from app.desk.services.answering import answer_question, ask_asker
from app.desk.services.taking import TakenByOther
from app.forum.queries.thread_rows import ThreadHead
from app.forum.services.checking import COMMENT_MAX
from app.forum.services.composing import Composed, compose
from app.web.access import staff
from app.web.context import current_actor, site_settings
from app.web.ratelimit import limiter
from app.web.redirects import see_other

ANSWERING = "20 per minute; 300 per hour"
NEWS = lazy_gettext(
    "Somebody has answered since you opened this page. Read it below; your text is still here, post it if it adds something."
)


@blueprint.post("/desk/questions/<id:thread_id>/answer")
@staff
@limiter.limit(ANSWERING, deduct_when=lambda response: response.status_code == 303)
def answer(thread_id: int) -> AnyResponse:
    """Do what the pressed button says; whatever cannot be posted is shown again as it was typed."""
    actor, form, wanted = current_actor(), ItemForm(), request.form.get("do", "")
    if request.form.get("article"):
        return _insert_article(actor, thread_id, form)
    if helper := _HELPERS.get(wanted):
        return helper(actor, thread_id, form)
    head = get_head(actor, thread_id)
    try:
        return _post(actor, head, form, wanted)
    except Invalid as error:
        form.add_errors(error)
        return render_item(actor, load_item(actor, thread_id), form, 400)
    except Conflict as error:
        shown = Shown(problem=error.message, needs_consent=isinstance(error, TakenByOther))
        return render_item(actor, load_item(actor, thread_id), form, 409, shown)


def _post(actor: Actor, head: ThreadHead, form: ItemForm, wanted: str) -> AnyResponse:
    """Post the text as an answer, or with the button `ask` as a question back. Raises Invalid, Conflict.

    Where to go names a place in the page: otherwise browsers keep that of the form, and open the next question at its end.
    """
    form.ensure_valid()
    place, is_asking = asked_place(), wanted == "ask"
    composed = _compose(form, is_comment=is_asking)
    if has_news(actor, head.id, form.seen_id):
        raise Conflict(NEWS)
    post = ask_asker if is_asking else answer_question
    with unit_of_work():
        written = post(
            actor, thread_id=head.id, body=composed.body, mentions=composed.mentions, canned_ids=form.used_ids,
            is_despite_lock=bool(form.despite.data),
        )  # fmt: skip
        written_id = written.id
    if wanted == "next":
        flash(_("Your answer to “%(title)s” is posted.", title=shorten(head.title, 80)), "success")
        return see_other(f"{place.item_path(head.id, 'next', then=form.then_id)}#item")
    if is_asking:
        flash(_("Asked. The question waits for the asker and comes back with their reply."), "success")
        return see_other(f"{place.item_path(head.id)}#item")
    flash(_("Your answer is posted."), "success")
    return see_other(f"{place.item_path(head.id)}#post-{written_id}")


def _compose(form: ItemForm, is_comment: bool) -> Composed:
    own_host = urlsplit(site_settings().base_url).netloc
    if is_comment:
        return compose(form.body.data, own_host=own_host, is_comment=True, most=COMMENT_MAX)
    return compose(form.body.data, own_host=own_host)


def _insert_canned(actor: Actor, thread_id: int, form: ItemForm) -> Response:
    """Put the chosen canned answer under what was typed, with its placeholders filled."""
    found = load_item(actor, thread_id)
    if form.canned.data is None:
        return render_item(actor, found, form, shown=Shown(is_searched=bool(form.find.data)))
    try:
        canned = get_canned(actor, form.canned.data)
    except NotFound:
        return render_item(actor, found, form, 404, Shown(problem=_("That text is not there any more. What you typed still is.")))
    form.body.data = append_text(form.body.data or "", fill(canned.body_source, _values(actor, found)))
    form.remember_used(canned.id)
    form.canned.data = None
    return render_item(actor, found, form)


def _values(actor: Actor, found: ItemPage) -> Values:
    asker = found.head.author
    return Values((asker.display_name or asker.name) if asker else "", actor.display_name or actor.name, found.head.title)


def _insert_article(actor: Actor, thread_id: int, form: ItemForm) -> Response:
    """Put a link to an article with its beginning under what was typed."""
    found = load_item(actor, thread_id)
    article_id = chosen(request.form["article"])
    offer = find_offer(actor, article_id, found.head.category.audience) if article_id else None
    if offer is None:
        problem = _("That article cannot be used here any more. What you typed is still there.")
        return render_item(actor, found, form, 404, Shown(problem=problem))
    form.body.data = append_text(form.body.data or "", offer.markdown)
    return render_item(actor, found, form)


def _find(actor: Actor, thread_id: int, form: ItemForm) -> Response:
    """Show the articles that were looked for."""
    form.find.data = (form.find.data or "")[:200]
    return render_item(actor, load_item(actor, thread_id), form, shown=Shown(is_searched=True))


def _preview(actor: Actor, thread_id: int, form: ItemForm) -> Response:
    """Show the text as an answer would look."""
    found = load_item(actor, thread_id)
    try:
        form.ensure_valid()
        return render_item(actor, found, form, shown=Shown(preview=_compose(form, is_comment=False).body.html))
    except Invalid as error:
        form.add_errors(error)
        return render_item(actor, found, form, 400)


_HELPERS: dict[str, Callable[[Actor, int, ItemForm], Response]] = {
    "insert": _insert_canned,
    "find": _find,
    "preview": _preview,
}
