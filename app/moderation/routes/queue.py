"""The queue: what waits on the left, the chosen text with its decisions on the right."""

from dataclasses import dataclass

from flask import redirect, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.moderation.queries import QueueItem, list_queue
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.services.resolving import resolve_comment_flags, resolve_post_flags
from app.moderation.urls import QUEUE, queue_path
from app.web.access import moderators
from app.web.context import current_actor
from app.web.forms import posted_line, query_line
from app.web.render import page
from app.web.seo import Head


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the left list, as the inbox component prints it."""

    path: str
    title: str
    state: str
    meta: str
    is_current: bool


def _row(item: QueueItem, current: QueueItem | None) -> InboxRow:
    state = "flagged" if item.is_report else "held"
    reasons = sorted({flag.reason.replace("_", " ") for flag in item.flags})
    meta = ", ".join(reasons) if reasons else item.hits[0].words if item.hits else f"in {item.category}"
    return InboxRow(queue_path(item.key), item.thread_title, state, meta, current is not None and item.key == current.key)


@blueprint.get("/moderation")
@moderators
def moderation_home() -> Response:
    """The queue is where moderators start."""
    return redirect(QUEUE)


@blueprint.get("/moderation/queue")
@moderators
def queue() -> Response:
    """Show the queue with one item open."""
    return page_of_queue()


def page_of_queue() -> Response:
    """Return the queue page; without `?item=` the oldest item is open."""
    items = list_queue(current_actor())
    wanted = query_line("item")
    current = next((item for item in items if item.key == wanted), items[0] if items else None)
    head = Head(title=f"Queue ({len(items)})" if items else "Queue", is_indexable=False)
    rows = [_row(item, current) for item in items]
    return page(
        "moderation/queue.html",
        head,
        rows=rows,
        item=current,
        is_gone=bool(wanted) and (current is None or current.key != wanted),
    )


def _decision() -> bool:
    decision = request.form.get("decision", "")
    if decision not in ("uphold", "decline"):
        raise Invalid("Please choose a decision.")
    return decision == "uphold"


@blueprint.post("/moderation/flags/posts/<id:post_id>")
@moderators
def resolve_post(post_id: int) -> Response:
    """Decide about all reports of a post."""
    is_upheld = _decision()
    with unit_of_work():
        resolve_post_flags(current_actor(), post_id=post_id, is_upheld=is_upheld, note=posted_line("reason"))
    return decided("Hidden, and the reports are upheld." if is_upheld else "The reports are declined.", QUEUE)


@blueprint.post("/moderation/flags/comments/<id:comment_id>")
@moderators
def resolve_comment(comment_id: int) -> Response:
    """Decide about all reports of a comment."""
    is_upheld = _decision()
    with unit_of_work():
        resolve_comment_flags(current_actor(), comment_id=comment_id, is_upheld=is_upheld, note=posted_line("reason"))
    return decided("Hidden, and the reports are upheld." if is_upheld else "The reports are declined.", QUEUE)
