"""What the log hears of: decisions of moderators, staff and curators, wherever they were made."""

import sqlalchemy as sa

from app.accounts.events import PeopleMerged, PersonErased, RoleChanged
from app.core.db import db
from app.core.i18n import lazy_gettext
from app.forum.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    CommentCurated,
    PostCurated,
    PostEdited,
    PostsMoved,
    ThreadCurated,
)
from app.forum.models import Comment, Post, Thread
from app.kb.events import (
    ArticleOwnerChanged,
    ArticleStateChanged,
    CandidateDismissed,
    CandidateRestored,
    CandidateSnoozed,
    FixRequested,
    FixSettled,
    ThreadPromoted,
)
from app.moderation import leaving
from app.moderation.flags import settling
from app.moderation.models import Flag
from app.moderation.screening import recording
from app.moderation.services.logging import unsaid, write_log
from app.search.events import AliasChanged, GapDecided

_FOR_ASKER = lazy_gettext("Accepted for the asker")
_DRAFTED = lazy_gettext("Built an article draft from it")
_LINKED = lazy_gettext("A thread that was linked to it")


def log_thread_decision(event: ThreadCurated) -> None:
    if not event.is_one_of_many:
        write_log(event.actor_id, event.action, event.reason, thread_id=event.thread_id, before=event.before)


def log_post_decision(event: PostCurated) -> None:
    if not event.is_one_of_many:
        write_log(event.actor_id, event.action, event.reason, post_id=event.post_id, before=event.before)


def log_comment_decision(event: CommentCurated) -> None:
    if not event.is_one_of_many:
        write_log(event.actor_id, event.action, event.reason, comment_id=event.comment_id, before=event.before)


def log_foreign_edit(event: PostEdited) -> None:
    """Changing somebody else's text is a decision, kept with the number of the revision before it."""
    author_id = db.session.scalar(sa.select(Post.author_id).where(Post.id == event.post_id))
    if event.editor_id is not None and event.editor_id != author_id:
        write_log(event.editor_id, "edit", event.reason, post_id=event.post_id, before=str(event.revision - 1))


def take_flags_along(event: PostsMoved) -> None:
    """Reports follow their texts to another thread."""
    comments = sa.select(Comment.id).where(Comment.post_id.in_(event.post_ids))
    about = sa.or_(Flag.post_id.in_(event.post_ids), Flag.comment_id.in_(comments))
    statement = sa.update(Flag).where(about).values(thread_id=event.new_thread_id)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _is_own_question(thread_id: int, actor_id: int | None) -> bool:
    return db.session.scalar(sa.select(Thread.author_id).where(Thread.id == thread_id)) == actor_id


def log_foreign_acceptance(event: AnswerAccepted) -> None:
    """Acceptance by the asker is no decision of the house; for an absent asker it is."""
    if not _is_own_question(event.thread_id, event.actor_id):
        write_log(event.actor_id, "accept", unsaid(_FOR_ASKER), post_id=event.post_id)


def log_foreign_withdrawal(event: AcceptanceWithdrawn) -> None:
    if not _is_own_question(event.thread_id, event.actor_id):
        write_log(event.actor_id, "withdraw", event.reason, post_id=event.post_id)


def log_anonymising(event: PersonErased) -> None:
    """An admin's decision; who erases their own account decides nothing about others."""
    if event.actor_id is not None:
        write_log(event.actor_id, "anonymise", event.reason, person_id=event.person_id)


def log_merge(event: PeopleMerged) -> None:
    """Kept with the account that stays. Neither this nor anonymising can be undone."""
    write_log(event.actor_id, "merge_people", event.reason, person_id=event.from_id, before=str(event.into_id))


def log_role(event: RoleChanged) -> None:
    words = f"From {event.old_role} to {event.new_role}"
    write_log(event.actor_id, "role", words, person_id=event.person_id, before=event.old_role)


def log_article_state(event: ArticleStateChanged) -> None:
    write_log(event.actor_id, event.new_state, event.reason, article_id=event.article_id, before=event.old_state)


def log_article_owner(event: ArticleOwnerChanged) -> None:
    """Kept with who it was before, "0" for nobody, so that it can be undone."""
    write_log(event.actor_id, "owner", "", article_id=event.article_id, before=str(event.old_owner_id or 0))


def log_promotion(event: ThreadPromoted) -> None:
    write_log(event.actor_id, "promote", unsaid(_DRAFTED), thread_id=event.thread_id)


def log_dismissal(event: CandidateDismissed) -> None:
    write_log(event.actor_id, "dismiss", event.reason, thread_id=event.thread_id)


def log_snooze(event: CandidateSnoozed) -> None:
    write_log(event.actor_id, "snooze", event.reason, thread_id=event.thread_id, before=event.until)


def log_candidate_return(event: CandidateRestored) -> None:
    write_log(event.actor_id, "propose_again", event.reason, thread_id=event.thread_id, before=event.until)


def log_link(event: FixRequested) -> None:
    write_log(event.actor_id, "link", event.note, thread_id=event.thread_id)


def log_fix(event: FixSettled) -> None:
    write_log(event.actor_id, f"fix_{event.state}", unsaid(_LINKED), article_id=event.article_id)


def log_gap(event: GapDecided) -> None:
    write_log(event.actor_id, event.decision, event.reason, gap_id=event.gap_id, before=event.before)


def log_alias(event: AliasChanged) -> None:
    write_log(event.actor_id, event.change, event.reason, alias_id=event.alias_id)


SUBSCRIPTIONS = (
    *recording.SUBSCRIPTIONS,
    *settling.SUBSCRIPTIONS,
    *leaving.SUBSCRIPTIONS,
    (GapDecided, log_gap),
    (AliasChanged, log_alias),
    (ThreadCurated, log_thread_decision),
    (PostCurated, log_post_decision),
    (PostEdited, log_foreign_edit),
    (PostsMoved, take_flags_along),
    (CommentCurated, log_comment_decision),
    (AnswerAccepted, log_foreign_acceptance),
    (AcceptanceWithdrawn, log_foreign_withdrawal),
    (RoleChanged, log_role),
    (PersonErased, log_anonymising),
    (PeopleMerged, log_merge),
    (ArticleStateChanged, log_article_state),
    (ArticleOwnerChanged, log_article_owner),
    (ThreadPromoted, log_promotion),
    (FixRequested, log_link),
    (FixSettled, log_fix),
    (CandidateDismissed, log_dismissal),
    (CandidateSnoozed, log_snooze),
    (CandidateRestored, log_candidate_return),
)
