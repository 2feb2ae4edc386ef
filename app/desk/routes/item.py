"""The item page: one question with all that is needed to answer it, and the way to the next one."""

from flask import Response, flash, redirect
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.clock import now
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.text import parse_number, shorten
from app.desk.item_forms import ItemForm
from app.desk.presenters import VIEW_LABELS, clock_time, desk_lines, working_span
from app.desk.queries.articles import SUGGESTED, ArticleOffer, find_articles
from app.desk.queries.canned import list_canned_titles
from app.desk.queries.item import ItemPage, get_head, load_item
from app.desk.queries.place import find_after, find_next, list_place
from app.desk.queries.queue import list_in_charge
from app.desk.routes.blueprint import blueprint
from app.desk.routes.queue import asked_place
from app.desk.services.answering import answer_key
from app.desk.terms import desk_terms
from app.desk.urls import item_path
from app.forum.policies import can_ask_for_information
from app.forum.services.drafting import find_draft
from app.web.access import staff
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.render import page
from app.web.seo import Head


class Shown(Struct, frozen=True):
    """What the answer form shows beside what was typed: a preview, and why the text was not posted."""

    preview: Markup | None = None
    is_searched: bool = False
    problem: str = ""
    needs_consent: bool = False


@blueprint.get("/desk/questions/<id:thread_id>")
@staff
def item(thread_id: int) -> Response:
    """Show a question at the desk."""
    actor = current_actor()
    return render_item(actor, load_item(actor, thread_id))


@blueprint.get("/desk/questions/<id:thread_id>/next")
@staff
def next_item(thread_id: int) -> AnyResponse:
    """Lead to the question after this one in its list, past those that others hold; `then` says which that was while this stood there."""
    actor = current_actor()
    place, wanted = asked_place(), parse_number(query_line("then", 20)) or 0
    found = find_next(actor, place, get_head(actor, thread_id).id, wanted)
    if found is not None:
        return redirect(found)
    flash(_("That was the last question that waits for you."), "success")
    return redirect(place.at_page(1).path)


def render_item(
    actor: Actor, found: ItemPage, form: ItemForm | None = None, status: int = 200, shown: Shown | None = None
) -> Response:
    """Return the item page, with what was typed in the form where there is one."""
    head, facts, moment, place = found.head, found.facts, now(), asked_place()
    rows = list_place(actor, place)
    place = place.at_page(rows.number)
    is_held = facts.is_held_at(moment)
    form = form or _form_with_draft(actor, found)
    form.canned.choices = [("", _("Choose a text")), *list_canned_titles(actor, head.category.id)]
    form.seen.data, form.seen.raw_data = facts.newest_answer_id or 0, None
    form.then.data, form.then.raw_data = find_after(actor, rows, head.id) or 0, None
    crumbs = [(_("Desk"), place.path), (head.category.name, head.category.path), (head.title, item_path(head.id))]
    return page(
        "desk/item.html",
        Head(title=_("%(title)s · Desk", title=shorten(head.title, 80)), crumbs=crumbs),
        status,
        item=found,
        rows=rows,
        lines=desk_lines(rows, place, actor, found.hours, moment, head.id),
        place=place,
        page_url=lambda number: place.at_page(number).item_path(head.id),
        view_label=VIEW_LABELS[place.view],
        thread=head,
        facts=facts,
        clock=found.clock,
        working_span=working_span,
        moment=moment,
        form=form,
        shown=shown or Shown(),
        offers=_offers(actor, found, form.find.data or ""),
        draft_key=answer_key(head.id),
        is_held=is_held,
        is_mine=is_held and facts.taken_by_id == actor.id,
        can_release=is_held and (actor.is_admin or facts.taken_by_id == actor.id),
        can_answer=head.is_open,
        can_ask=can_ask_for_information(actor, head) and head.status not in ("solved", "closed"),  # type: ignore[arg-type]
        held_until=clock_time(facts.taken_until, desk_terms().zone) if facts.taken_until else "",
        people=list_in_charge(),
    )


def _form_with_draft(actor: Actor, found: ItemPage) -> ItemForm:
    draft = find_draft(actor, answer_key(found.head.id))
    return ItemForm(formdata=None, data={"body": draft.fields.get("body", "") if draft else ""})


def _offers(actor: Actor, found: ItemPage, wanted: str) -> tuple[ArticleOffer, ...]:
    """Return the articles found, or without a search those like the question."""
    audience = found.head.category.audience
    return find_articles(actor, wanted, audience) if wanted else find_articles(actor, found.head.title, audience, SUGGESTED)
