"""The page of a question or discussion, for readers and for the write side when something typed was not accepted."""

from datetime import datetime
from typing import Any, cast

from flask import Response, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Gone, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import parse_page
from app.forum import indexability, jsonld, thread_tools
from app.forum.cards import present_card
from app.forum.evidence import present_evidence
from app.forum.forms import AnswerForm
from app.forum.models import Thread
from app.forum.policies import can_see_thread
from app.forum.presenters import ANSWER_FLAG_REASONS, FLAG_REASONS, PostView, present_post, present_solution
from app.forum.queries.categories import list_categories
from app.forum.queries.issues import IssueFacts, get_issue
from app.forum.queries.proposals import list_proposals_for
from app.forum.queries.related import read_next
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_page import SORTS, ThreadPage, load_thread_page
from app.forum.queries.thread_rows import ThreadHead
from app.forum.queries.versions import has_products, list_thread_versions
from app.forum.routes.blueprint import blueprint
from app.forum.routes.forwarding import find_moved_thread
from app.forum.routes.shared_thread import find_shared, key_of_request, share
from app.forum.services.drafting import find_draft
from app.forum.urls import ask_path
from app.forum.verdicts import parse_said, present_verdicts, solution_rows
from app.pageviews.recorder import record
from app.search.ledger.recorder import note_opened
from app.web.access import public
from app.web.context import current_actor, site_settings
from app.web.contract import PageContract
from app.web.marking import THREADS, keep_page, thread_tag
from app.web.redirects import login_path, moved
from app.web.render import page
from app.web.seo import Head, contract_of, numbered

FailedComment = tuple[int, str, str]


def visible_head(actor: Actor, thread_id: int) -> ThreadHead:
    """Return the head of a thread. Raises Gone for one that was hidden, NotFound for what the actor may not know of."""
    return ensure_visible(actor, find_thread_head(thread_id))


def ensure_visible(actor: Actor, head: ThreadHead | None) -> ThreadHead:
    """Return the head of a thread that was read already. Raises as above."""
    if head is None or not actor.can_read(head.category.audience):
        raise NotFound
    if can_see_thread(actor, cast(Thread, head)):
        return head
    if head.hidden_at and not head.held_at:
        raise Gone(_("A moderator removed this thread."))
    raise NotFound


@blueprint.get("/questions/<id:thread_id>")
@blueprint.get("/discussions/<id:thread_id>")
@blueprint.get("/questions/<id:thread_id>/<slug>")
@blueprint.get("/discussions/<id:thread_id>/<slug>")
@public
def thread_page(thread_id: int, slug: str = "") -> BaseResponse:
    """Show a thread; another slug or kind than its own is redirected for good, in one hop."""
    actor = current_actor()
    given = request.args.to_dict()
    number, sort = parse_page(given.get("page")), given.get("sort", "best")
    if sort not in SORTS:
        raise NotFound(_("There is no such order."))
    key = key_of_request(actor, given, sort, number)
    shared = find_shared(actor, key) if key else None
    if shared is not None:
        return _noted(shared[0], shared[1].thread_id, shared[1].author_id)
    found = find_thread_head(thread_id)
    if new := find_moved_thread(actor, thread_id, found):
        return moved(new.path)
    head = ensure_visible(actor, found)
    if (request.path, slug) != (f"/{head.kind}s/{head.id}/{head.slug}", head.slug) or given.get("page") == "1":
        return moved(_address(head, sort, number))
    thread = load_thread_page(actor, head, sort, number)
    response = share(actor, key, thread, _render) if key else None
    return _noted(response or _render(actor, thread), head.id, head.author_id)


def _noted(response: Response, thread_id: int, author_id: int | None) -> Response:
    """Count that a thread is read, and note the search that led to it."""
    record("thread", thread_id, author_id)
    note_opened("thread", thread_id)
    return response


def render_thread(
    actor: Actor,
    thread_id: int,
    page: int = 1,
    status: int = 200,
    answer_form: AnswerForm | None = None,
    comment: FailedComment | None = None,
    preview: Markup | None = None,
) -> Response:
    """Return the page of a thread, with what was typed in a form that was not accepted.

    `comment` is (post id, text, error), `preview` the answer as it would look. Raises NotFound or Gone like the page itself.
    """
    found = load_thread_page(actor, visible_head(actor, thread_id), "best", page)
    return _render(actor, found, status, answer_form, comment, preview)


def _address(head: ThreadHead, sort: str, number: int) -> str:
    """Return the address of a page of a thread, in one of SORTS."""
    query = "&".join([*([f"sort={sort}"] if sort != "best" else []), *([f"page={number}"] if number > 1 else [])])
    return f"{head.path}?{query}" if query else head.path


def _render(
    actor: Actor,
    found: ThreadPage,
    status: int = 200,
    answer_form: AnswerForm | None = None,
    comment: FailedComment | None = None,
    preview: Markup | None = None,
) -> Response:
    head, number = found.head, found.posts.number
    moment = now()
    posts = _present_posts(actor, found, moment, comment)
    leads = solution_rows(found)
    rights = thread_tools.thread_rights(actor, head)
    after = read_next(head, found.tags, actor, site_settings().also_read_min)
    keep_page(thread_tag(head.id), *after.shows, *((THREADS,) if head.duplicate_of_id or head.duplicate_count else ()))
    return page(
        "forum/thread.html",
        _head(found),
        status,
        thread=head,
        posts=found.posts,
        tags=found.tags,
        sort=found.sort,
        opening=present_post(actor, found, head.opening, moment, comment) if number == 1 else None,
        solutions=[present_solution(found, row, posts[row.id]) for row in leads],
        answers=[posts[row.id] for row in found.posts.items if row not in leads],
        notices=thread_tools.notices(found, actor),
        evidence=present_evidence(found),
        card=present_card(actor, found),
        why_path=f"/moderation/promotions/{head.id}/why" if actor.is_curator and head.is_question else "",
        issue=_find_issue(head),
        proposals=list_proposals_for(actor, head.id) if rights.moderate and head.is_question and not head.duplicate_of_id else [],
        rights=rights,
        versions=list_thread_versions(head.id) if head.version_words else [],
        has_products=rights.set_versions and has_products(),
        own=found.own,
        new_answers=found.new_answers,
        ended=thread_tools.ended_by(actor, found),
        flag_reasons={"thread": FLAG_REASONS, "answer": ANSWER_FLAG_REASONS},
        next=after,
        tools=thread_tools.thread_tools(head, list_categories(actor)) if rights.moderate else [],
        login_path=login_path(head.path),
        ask_path=ask_path(),
        list_url=lambda wanted: _address(head, found.sort, wanted),
        sort_links=[(label, _address(head, key, 1), None, key == found.sort) for key, label in _SORT_LABELS[head.is_question]],
        answer_preview=preview,
        **_answering(actor, head, rights.answer, answer_form, found.own is not None and found.own.has_draft),
    )


def _present_posts(actor: Actor, found: ThreadPage, moment: datetime, comment: FailedComment | None) -> dict[int, PostView]:
    """Return the answers or replies of the page by id, with the question whether they worked where the actor is asked."""
    given = request.args.to_dict()
    said = parse_said(given.get("worked", ""), given.get("answer", ""))
    asked = present_verdicts(actor, found, said)
    return {row.id: present_post(actor, found, row, moment, comment, asked.get(row.id)) for row in found.posts.items}


_NEWEST, _OLDEST = lazy_gettext("Newest"), lazy_gettext("Oldest")
# By whether it is a question: replies of a discussion stand by age, nothing else
_SORT_LABELS = {
    True: (("best", lazy_gettext("Best first")), ("newest", _NEWEST), ("oldest", _OLDEST)),
    False: (("best", _OLDEST), ("newest", _NEWEST)),
}


def _answering(actor: Actor, head: ThreadHead, may_answer: bool, form: AnswerForm | None, has_draft: bool) -> dict[str, Any]:
    """Return the answer form, where anything was typed for this thread (just now or in a draft), or why there is none."""
    key = f"answer:{head.id}"
    if may_answer and form is None and has_draft and (draft := find_draft(actor, key)):
        form = AnswerForm(formdata=None, data={"body": draft.fields.get("body", "")})
    return {
        "answer_form": _labelled(form, head.is_question) if form is not None else None,
        "empty_form": _empty_form,
        "draft_key": key,
        "why_not": thread_tools.why_not_answer(actor, head),
    }


def _empty_form(is_question: bool) -> AnswerForm:
    """Return the form before anything is typed: a page has it from what is kept, so that it is seldom made."""
    return _labelled(AnswerForm(formdata=None), is_question)


def _labelled(form: AnswerForm, is_question: bool) -> AnswerForm:
    if not is_question:
        form.body.label.text = _("Your reply")
    return form


def _find_issue(head: ThreadHead) -> IssueFacts | None:
    """Return what the thread and its duplicates add up to; None where there is none that its readers may know of."""
    issue = get_issue(head.id) if head.duplicate_count and not head.duplicate_of_id else None
    return issue if issue is not None and issue.duplicates else None


def _head(found: ThreadPage) -> Head:
    head, number = found.head, found.posts.number
    settings = site_settings()
    facts = indexability.facts_of(head, indexability.twin_path(head, found.original))
    contract = contract_of(facts, number, is_variant=found.sort != "best")
    place = (_("Questions"), "/questions") if head.is_question else (_("Discussions"), "/discussions")
    is_public = head.category.audience == "public" and head.is_listed
    feed = [(_("New posts in: %(title)s", title=head.title), f"/{head.kind}s/{head.id}/feed.atom")] if is_public else []
    return Head(
        title=head.title if number == 1 else _("%(title)s (page %(number)s)", title=head.title, number=number),
        description=numbered(head.excerpt or head.title, number),
        path=_address(head, found.sort, number),
        contract=contract,
        jsonld=_structured_data(found, contract, settings.base_url),
        crumbs=[place, (head.category.name, head.category.path), (head.title, head.path)],
        feeds=feed,
        prev_path=_address(head, found.sort, number - 1) if found.posts.has_previous else "",
        next_path=_address(head, found.sort, number + 1) if found.posts.has_next else "",
        og_type="article",
        changed_at=head.modified_at,
    )


def _structured_data(found: ThreadPage, contract: PageContract, base_url: str) -> list[dict[str, Any]]:
    """Return what the contract promises: QAPage data of a question, or the posting of a discussion."""
    head, number = found.head, found.posts.number
    if "DiscussionForumPosting" in contract.data:
        return [jsonld.discussion_page(base_url, head, found.posts.items, found.comments, number)]
    if "QAPage" in contract.data:
        return [jsonld.question_page(base_url, head, found.posts.items, found.comments, found.tags)]
    return []
