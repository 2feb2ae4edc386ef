"""Who is told what when something happens. Handlers run in the transaction of the fact; mails are only queued here."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.events import (
    AddressChangeRequested,
    ClaimOffered,
    ConfirmationRequested,
    PasswordChanged,
    PasswordResetRequested,
    PersonSignedUp,
)
from app.accounts.models import Person
from app.core.db import db, read
from app.core.events import Event
from app.desk.events import QuestionAssigned, QuestionsEscalated
from app.desk.models import StaffGroup
from app.desk.queries.people import list_in_charge_ids, list_staff_ids
from app.forum.events import (
    AnswerAccepted,
    CommentAdded,
    CommentCurated,
    PeopleMentioned,
    PostAdded,
    PostCurated,
    PostEdited,
    PostsMoved,
    StatusChanged,
    ThreadCurated,
)
from app.forum.models import Comment, Follow, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.kb.events import ArticlePublished
from app.kb.models import ArticleSource
from app.notifications.decisions import decision, edited_by_others, moved_along
from app.notifications.jobs import site_timing
from app.notifications.models import Notification, NotificationKind
from app.notifications.sentences import asks_for_details, overdue_together, put_in_charge
from app.notifications.services.asking import expect_word, plan_telling, stop_asking
from app.notifications.services.notifying import notify, notify_followers, notify_of_decision, queue_account_mail

# More questions than these that are escalated at once are told of in one word.
ESCALATED_SINGLY = 3
# In these states nobody waits for the asker's word.
_SETTLED = (Status.SOLVED, Status.CLOSED)
_FOLLOWS = sa.select(Follow.person_id, Follow.is_muted).where(Follow.thread_id == sa.bindparam("thread_id"))


def _followers(thread_id: int) -> tuple[set[int], set[int]]:
    """Return (people who follow a thread, people who left it on purpose)."""
    db.session.flush()
    rows = read(_FOLLOWS, {"thread_id": thread_id}).all()
    return {person for person, is_muted in rows if not is_muted}, {person for person, is_muted in rows if is_muted}


def _author_of_thread(thread_id: int) -> int | None:
    thread = db.session.get(Thread, thread_id)  # the writer's service has it at hand
    return thread.author_id if thread else None


def tell_of_post(event: PostAdded) -> None:
    """An answer or reply: the asker and followers hear of it."""
    notify_followers(
        NotificationKind.ANSWER, actor_id=event.author_id, thread_id=event.thread_id, post_id=event.post_id,
        author_id=_author_of_thread(event.thread_id),
    )  # fmt: skip


def tell_of_comment(event: CommentAdded) -> None:
    """A comment: the author of the post hears of it. When they are the one who comments, those whom they talk to do:
    earlier commenters, the asker and followers."""
    author_id = db.session.scalar(sa.select(Post.author_id).where(Post.id == event.post_id))
    followers, muted = _followers(event.thread_id)
    people: set[int | None] = {author_id}
    if author_id is not None and author_id == event.author_id:
        commenters = sa.select(Comment.author_id).where(Comment.post_id == event.post_id, Comment.hidden_at.is_(None))
        people = followers | set(db.session.scalars(commenters)) | {_author_of_thread(event.thread_id)}
    notify(
        people - muted, NotificationKind.COMMENT, actor_id=event.author_id, thread_id=event.thread_id, post_id=event.post_id,
        comment_id=event.comment_id, text=asks_for_details(_name_of(event.author_id)) if event.is_request else "",
    )  # fmt: skip


def tell_mentioned(event: PeopleMentioned) -> None:
    """Named people hear of it, if they can read it."""
    notify(
        event.person_ids, NotificationKind.MENTION, actor_id=event.author_id, thread_id=event.thread_id, post_id=event.post_id,
        comment_id=event.comment_id,
    )  # fmt: skip


def tell_of_acceptance(event: AnswerAccepted) -> None:
    """The author of an accepted answer hears of it."""
    author_id = db.session.scalar(sa.select(Post.author_id).where(Post.id == event.post_id))
    notify([author_id], NotificationKind.ACCEPTED, actor_id=event.actor_id, thread_id=event.thread_id, post_id=event.post_id)


def tell_of_article(event: ArticlePublished) -> None:
    """Authors of its sources hear of an article when it is published for the first time (drafts are not for their eyes)."""
    if event.is_first:
        authors = db.session.scalars(
            sa.select(ArticleSource.author_id)
            .where(ArticleSource.article_id == event.article_id, ArticleSource.is_shown)
            .distinct()
        )
        notify(authors, NotificationKind.ARTICLE, actor_id=event.actor_id, article_id=event.article_id)


def tell_of_thread_decision(event: ThreadCurated) -> None:
    """The author of a thread hears what moderators decided about it."""
    if event.is_one_of_many:
        return
    thread = db.session.get(Thread, event.thread_id)
    sentence = decision(_seen_by_author(event.action, thread), thread.kind, thread.title, event.reason) if thread else ""
    if thread and sentence:
        notify_of_decision(thread.author_id, sentence, actor_id=event.actor_id, thread_id=thread.id)


def _seen_by_author(action: str, text: Thread | Post | Comment) -> str:
    """Return what a decision is for its author: what was turned down and is restored waits again."""
    return "hold" if action == "restore" and text.held_at is not None else action


def tell_joined(event: ThreadCurated) -> None:
    """A question that is joined to a solved one: its people hear of the solution too, unless the joining is undone at once."""
    if event.action != "duplicate":
        return
    original_id = db.session.scalar(sa.select(Thread.duplicate_of_id).where(Thread.id == event.thread_id))
    if original_id is not None and _status_of(original_id) == Status.SOLVED:
        plan_telling(original_id)


def _status_of(thread_id: int) -> str | None:
    return db.session.scalar(sa.select(Thread.status).where(Thread.id == thread_id))


def tell_of_post_decision(event: PostCurated) -> None:
    """The author of a post hears what moderators decided about it."""
    if event.is_one_of_many:
        return
    post, thread = db.session.get(Post, event.post_id), db.session.get(Thread, event.thread_id)
    sentence = decision(_seen_by_author(event.action, post), post.kind, thread.title, event.reason) if post and thread else ""
    if post and sentence:
        notify_of_decision(post.author_id, sentence, actor_id=event.actor_id, thread_id=event.thread_id, post_id=post.id)


def tell_of_edit(event: PostEdited) -> None:
    """The author of a post hears that somebody else changed it."""
    post, thread = db.session.get(Post, event.post_id), db.session.get(Thread, event.thread_id)
    if post and thread and event.editor_id is not None and post.author_id not in (None, event.editor_id):
        sentence = edited_by_others(post.kind, thread.title, event.reason)
        notify_of_decision(post.author_id, sentence, actor_id=event.editor_id, thread_id=thread.id, post_id=post.id)


def tell_moved(event: PostsMoved) -> None:
    """Lines about posts that stand in another thread now lead there, and their authors hear of it, each once."""
    statement = sa.update(Notification).where(Notification.post_id.in_(event.post_ids)).values(thread_id=event.new_thread_id)
    db.session.execute(statement.execution_options(synchronize_session=False))
    old, new = db.session.get(Thread, event.thread_id), db.session.get(Thread, event.new_thread_id)
    if old is None or new is None:
        return
    sentence = moved_along(old.title, new.title, event.reason, is_undo=event.is_undo)
    rows = db.session.execute(
        sa.select(Post.author_id, sa.func.min(Post.id)).where(Post.id.in_(event.post_ids)).group_by(Post.author_id)
    )
    told = {old.author_id} if old.hidden_at is not None else set()  # a merged thread's author hears of that
    for author_id, post_id in sorted(rows, key=lambda row: row[1]):
        if author_id not in told:
            notify_of_decision(author_id, sentence, actor_id=event.actor_id, thread_id=new.id, post_id=post_id)


def tell_of_comment_decision(event: CommentCurated) -> None:
    """The author of a comment hears what moderators decided about it."""
    if event.is_one_of_many:
        return
    comment, thread = db.session.get(Comment, event.comment_id), db.session.get(Thread, event.thread_id)
    sentence = (
        decision(_seen_by_author(event.action, comment), "comment", thread.title, event.reason) if comment and thread else ""
    )
    if comment and sentence:
        about = {"thread_id": event.thread_id, "post_id": event.post_id, "comment_id": comment.id}
        notify_of_decision(comment.author_id, sentence, actor_id=event.actor_id, **about)


def plan_reminder(event: PostAdded) -> None:
    """An answer: its asker is asked some days later whether it helped. A post of their own says that they are not silent."""
    if event.author_id is not None and event.author_id == _author_of_thread(event.thread_id):
        stop_asking(event.thread_id, event.author_id)
    expect_word(thread_id=event.thread_id, post_id=event.post_id, answerer_id=event.author_id, timing=site_timing())


def hear_comment(event: CommentAdded) -> None:
    """An asker who comments is not silent."""
    if event.author_id is not None:
        stop_asking(event.thread_id, event.author_id)


def hear_edit(event: PostEdited) -> None:
    """An asker who changes their question is not silent."""
    if event.editor_id is not None:
        stop_asking(event.thread_id, event.editor_id)


def follow_status(event: StatusChanged) -> None:
    """A settled question needs no reminder; of a solved one everybody with the same problem hears."""
    if event.new_status in _SETTLED:
        stop_asking(event.thread_id)
    if event.new_status == Status.SOLVED:
        plan_telling(event.thread_id)


def tell_of_escalation(event: QuestionsEscalated) -> None:
    """Whoever is in charge hears that questions wait too long: the person, the group's people, otherwise all staff.

    A few are told of one by one; many at once (the site stood still, escalation was switched on) in one word.
    """
    people = list_staff_ids(person_id=event.assignee_id, group_id=event.group_id)
    is_many = len(event.thread_ids) > ESCALATED_SINGLY
    text = overdue_together(len(event.thread_ids) - 1) if is_many else ""
    for thread_id in event.thread_ids[:1] if is_many else event.thread_ids:
        notify(people, NotificationKind.DESK, actor_id=None, thread_id=thread_id, post_id=_opening_of(thread_id), text=text)


def tell_in_charge(event: QuestionAssigned) -> None:
    """Whoever was put in charge of a question by hand hears of it, with the note for them: the person, or the group's people."""
    people = list_in_charge_ids(person_id=event.assignee_id, group_id=event.group_id)
    group = db.session.get(StaffGroup, event.group_id) if event.group_id is not None else None
    notify(
        people, NotificationKind.DESK, actor_id=event.actor_id, thread_id=event.thread_id, post_id=_opening_of(event.thread_id),
        text=put_in_charge(_name_of(event.actor_id), group.name if group else "", event.note),
    )  # fmt: skip


def _opening_of(thread_id: int) -> int | None:
    return db.session.scalar(sa.select(Post.id).where(Post.thread_id == thread_id, Post.kind == PostKind.OPENING))


def _name_of(person_id: int | None) -> str:
    return db.session.scalar(sa.select(Person.display_name).where(Person.id == person_id)) or ""


def mail_confirmation(event: PersonSignedUp | ConfirmationRequested) -> None:
    """The pending address gets its link (or its owner a word: decided when the mail is made)."""
    queue_account_mail("confirm", event.person_id)


def mail_address_change(event: AddressChangeRequested) -> None:
    """The new address gets its link, and the old one a warning."""
    queue_account_mail("confirm", event.person_id)
    queue_account_mail("address_change", event.person_id)


def mail_reset(event: PasswordResetRequested) -> None:
    """A reset link; the same work for nobody."""
    queue_account_mail("reset", event.person_id)


def mail_claim(event: ClaimOffered) -> None:
    """A link that hands the account over."""
    queue_account_mail("claim", event.person_id)


def mail_password_changed(event: PasswordChanged) -> None:
    """The owner is told, in case it was not them."""
    queue_account_mail("password_changed", event.person_id)


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (PostAdded, tell_of_post),
    (PostAdded, plan_reminder),
    (CommentAdded, tell_of_comment),
    (CommentAdded, hear_comment),
    (PostEdited, hear_edit),
    (StatusChanged, follow_status),
    (PeopleMentioned, tell_mentioned),
    (AnswerAccepted, tell_of_acceptance),
    (ArticlePublished, tell_of_article),
    (ThreadCurated, tell_of_thread_decision),
    (ThreadCurated, tell_joined),
    (PostCurated, tell_of_post_decision),
    (PostsMoved, tell_moved),
    (PostEdited, tell_of_edit),
    (CommentCurated, tell_of_comment_decision),
    (QuestionsEscalated, tell_of_escalation),
    (QuestionAssigned, tell_in_charge),
    (PersonSignedUp, mail_confirmation),
    (ConfirmationRequested, mail_confirmation),
    (AddressChangeRequested, mail_address_change),
    (PasswordResetRequested, mail_reset),
    (ClaimOffered, mail_claim),
    (PasswordChanged, mail_password_changed),
)
