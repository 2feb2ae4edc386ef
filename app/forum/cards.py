"""The answer card as a page shows it, and which answers could be one. Pure; knows no request."""

from typing import cast

from markupsafe import Markup

from app.core.actor import Actor
from app.core.records import Struct
from app.core.text import shorten
from app.forum import policies
from app.forum.models import Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.forum.queries.people import PersonCard
from app.forum.queries.thread_page import ThreadPage
from app.forum.queries.thread_rows import PostRow, ThreadHead
from app.forum.urls import post_path

CARD_CHARS = 1_000
"""Characters up to which a card shows the whole answer."""


class CardView(Struct, frozen=True):
    """The answer pinned on top of a question: whole when it is short, otherwise its beginning. `path` leads to it on the page."""

    author: PersonCard | None
    html: Markup
    start: str
    path: str
    worked_count: int
    is_official: bool
    unpin_url: str = ""

    @property
    def is_cut(self) -> bool:
        return bool(self.start)


def present_card(actor: Actor, page: ThreadPage) -> CardView | None:
    """Return the answer card of a page, if there is one; curators may take it off."""
    row = page.card
    if row is None:
        return None
    is_long = len(row.text) > CARD_CHARS
    can_unpin = policies.can_pin_card(actor, cast(Thread, page.head))
    return CardView(
        author=row.author, html=Markup() if is_long else row.html, start=shorten(row.text, CARD_CHARS) if is_long else "",
        path=f"#post-{row.id}" if any(one.id == row.id for one in page.posts.items) else post_path(row.id),
        worked_count=row.worked_count, is_official=row.is_official,
        unpin_url=f"/moderation/promotions/{page.head.id}/uncard" if can_unpin else "",
    )  # fmt: skip


def can_be_card(actor: Actor, row: PostRow, head: ThreadHead) -> bool:
    """Whether the actor may pin the answer as the card; an article or the original of a duplicate serves readers better."""
    can_have = head.status == Status.SOLVED and head.duplicate_of_id is None and not head.article_path
    is_new = row.kind == PostKind.ANSWER and row.is_listed and row.id != head.card_post_id
    return can_have and is_new and policies.can_pin_card(actor, cast(Thread, head))
