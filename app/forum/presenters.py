"""From rows to what templates print: posts and comments with what the actor may do to them. Pure; knows no request.

Rows carry the attributes that the policies look at, so the same policies decide here and in the services.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, cast

from markupsafe import Markup

from app.core.actor import Actor
from app.core.i18n import current_language, lazy_gettext, ngettext
from app.core.markup import with_first_image_at_once
from app.core.records import Struct
from app.core.text import shorten
from app.forum import policies
from app.forum.cards import can_be_card
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.resolution import OutcomeKind
from app.forum.post_urls import PostUrls
from app.forum.queries.people import PersonCard
from app.forum.queries.resolution import AcceptanceRow
from app.forum.queries.thread_page import ThreadPage
from app.forum.queries.thread_rows import CommentRow, PostRow, ThreadHead
from app.forum.urls import history_path, post_path
from app.forum.verdicts import Verdict, disputed_solutions

# So many characters of a solution stand above its question.
GLANCE_CHARS = 150
# Value and label of the reasons in moderation.models.FlagReason (a test holds them together).
FLAG_REASONS = (
    ("spam", lazy_gettext("It is spam or advertising")),
    ("rude", lazy_gettext("It is rude or hurtful")),
    ("off_topic", lazy_gettext("It is not about this topic")),
    ("wrong", lazy_gettext("It is wrong or could do harm")),
    ("duplicate", lazy_gettext("It was asked before")),
    ("outdated", lazy_gettext("It is out of date")),
    ("other", lazy_gettext("Something else")),
)
# Only a thread as a whole may have been asked before.
ANSWER_FLAG_REASONS = tuple(reason for reason in FLAG_REASONS if reason[0] != "duplicate")
_CONFIRMS = (OutcomeKind.ACCEPTED, OutcomeKind.CONFIRMED_BY_ASKER, OutcomeKind.JUDGED_BY_STAFF)


class PostRights(NamedTuple):
    """What the actor may do to a post."""

    vote: bool = False
    accept: bool = False
    unaccept: bool = False
    edit: bool = False
    comment: bool = False
    flag: bool = False
    hide: bool = False
    restore: bool = False
    approve: bool = False
    card: bool = False
    reshape: bool = False
    retitle: bool = False

    @property
    def anything(self) -> bool:
        """Whether the actor may do anything at all."""
        return True in self


_NO_RIGHTS = PostRights()


class CommentView(Struct, frozen=True):
    """A comment as a page shows it."""

    row: CommentRow
    can_edit: bool = False
    can_flag: bool = False
    can_hide: bool = False

    @property
    def anchor(self) -> str:
        return f"comment-{self.row.id}"

    @property
    def edit_url(self) -> str:
        return f"/comments/{self.row.id}/edit"

    @property
    def flag_url(self) -> str:
        return f"/comments/{self.row.id}/flag"

    @property
    def hide_url(self) -> str:
        return f"/moderation/comments/{self.row.id}/hide"

    @property
    def restore_url(self) -> str:
        return f"/moderation/comments/{self.row.id}/restore"

    @property
    def to_answer_url(self) -> str:
        return f"/moderation/comments/{self.row.id}/to-answer"


class PostView(Struct, frozen=True):
    """A post as a page shows it: its row, and what depends on the page and its reader.

    `credit` is what its author has done elsewhere, a short text such as "41 solutions", or empty. `comment_text` and `comment_error`
    are those of a comment that could not be posted. `verdict` is the question whether it worked, for readers who are asked.
    """

    row: PostRow
    thread_id: int
    html: Markup
    credit: str
    my_vote: int
    can: PostRights
    comments: tuple[CommentView, ...]
    verdict: Verdict | None
    comment_text: str
    comment_error: str

    @property
    def anchor(self) -> str:
        return f"post-{self.row.id}"

    @property
    def path(self) -> str:
        return post_path(self.row.id)

    @property
    def history_path(self) -> str:
        return history_path(self.row.id)

    @property
    def urls(self) -> PostUrls:
        return PostUrls(self.row.id, self.row.revision, self.thread_id)


class SolutionView(Struct, frozen=True):
    """An answer that solved the question, with the evidence for it.

    `by` marked it as the solution; with `by_readers` nobody did, but it worked for enough of them. `worked_count` counts the
    people for whom it worked, an asker who marked it among them. `is_disputed`: somebody, or many readers, say that it does
    not work. `start` are its first words.
    """

    post: PostView
    by: PersonCard | None
    by_asker: bool
    by_readers: bool
    at: datetime
    worked_count: int
    last_worked_at: datetime | None
    is_disputed: bool
    start: str = ""


def post_rights(actor: Actor, row: PostRow, head: ThreadHead) -> PostRights:
    """Return what the actor may do to a post that they see."""
    if not actor.is_authenticated:
        return _NO_RIGHTS
    post, thread = cast(Post, row), cast(Thread, head)
    is_answer = row.kind == PostKind.ANSWER
    moderates = policies.can_moderate(actor, thread) and row.kind != PostKind.OPENING
    judges = is_answer and policies.can_accept(actor, thread)
    can_edit = policies.can_edit_post(actor, post, thread)
    return PostRights(
        vote=policies.can_vote(actor, post, thread),
        accept=judges and row.is_listed and row.accepted_at is None,
        unaccept=judges and row.accepted_at is not None,
        edit=can_edit,
        comment=policies.can_comment(actor, post, thread),
        flag=row.is_listed and row.author_id != actor.id and policies.can_flag(actor, thread),
        hide=moderates and row.is_listed,
        restore=moderates and row.hidden_at is not None,
        approve=moderates and row.held_at is not None and row.hidden_at is None,
        card=can_be_card(actor, row, head),
        reshape=moderates and row.is_listed,
        retitle=row.kind == PostKind.OPENING and not can_edit and policies.can_improve_title(actor, thread),
    )


def present_comments(actor: Actor, rows: Sequence[CommentRow], head: ThreadHead, moment: datetime) -> tuple[CommentView, ...]:
    """Return the comments of a post."""
    if not rows:
        return ()
    if not actor.is_authenticated:
        return tuple([CommentView(row) for row in rows])
    thread = cast(Thread, head)
    flags, moderates = policies.can_flag(actor, thread), policies.can_moderate(actor, thread)
    return tuple(
        CommentView(
            row,
            can_edit=policies.can_edit_comment(actor, cast(Comment, row), thread, moment),
            can_flag=flags and row.author_id != actor.id and row.hidden_at is None,
            can_hide=moderates,
        )
        for row in rows
    )


@lru_cache(maxsize=1024)
def _credit(_language: str, count: int) -> str:
    return ngettext("%(num)s solution", "%(num)s solutions", count)


def present_post(
    actor: Actor,
    page: ThreadPage,
    row: PostRow,
    moment: datetime,
    comment: tuple[int, str, str] | None = None,
    verdict: Verdict | None = None,
) -> PostView:
    """Return a post of the page; `comment` is (post id, text, error) of a comment that could not be posted."""
    is_opening = row.kind == PostKind.OPENING
    failed = comment if comment and comment[0] == row.id else None
    return PostView(
        row,
        page.head.id,
        with_first_image_at_once(row.html) if is_opening else row.html,
        credit=_credit(current_language(), row.author_trust) if row.author_trust and not is_opening else "",
        my_vote=page.own.votes.get(row.id, 0) if page.own else 0,
        can=post_rights(actor, row, page.head),
        comments=present_comments(actor, page.comments.get(row.id, ()), page.head, moment),
        verdict=verdict,
        comment_text=failed[1] if failed else "",
        comment_error=failed[2] if failed else "",
    )


def present_solution(page: ThreadPage, row: PostRow, post: PostView) -> SolutionView:
    """Return the evidence for a solution: who marked it, and for how many it worked."""
    acceptance = page.acceptances.get(row.id)
    by_readers = acceptance is None and row.accepted_at is None
    if acceptance is None:
        acceptance = AcceptanceRow(None, None, row.accepted_at or row.last_worked_at or row.created_at)
    said = [o for o in page.outcomes if o.kind in _CONFIRMS and o.post_id == row.id]
    by_asker = page.head.author_id is not None and page.head.author_id in {outcome.actor_id for outcome in said}
    last = max((moment for moment in (row.last_worked_at, *(o.created_at for o in said)) if moment), default=acceptance.at)
    return SolutionView(
        post=post,
        by=acceptance.by,
        by_asker=acceptance.by_id is not None and acceptance.by_id == page.head.author_id,
        by_readers=by_readers,
        at=acceptance.at,
        worked_count=row.worked_count + by_asker,
        last_worked_at=last if last.date() > acceptance.at.date() else None,
        is_disputed=row.id in disputed_solutions(page),
        start=shorten(" ".join(row.text[: 2 * GLANCE_CHARS].split()), GLANCE_CHARS),
    )
