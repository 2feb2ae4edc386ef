"""Keeping what was found about a text, what became of it, and enough of the text to know it again."""

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.i18n import speaking
from app.forum.events import CommentCurated, PostCurated, ThreadCurated
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.screening import Measure, Submission, Verdict
from app.moderation.models import HitOutcome, ScreeningHit
from app.moderation.screening.repeats import remember
from app.moderation.screening.terms import screening_terms
from app.moderation.screening.traits import traits_of

WORDS_MAX = 300
_OUTCOMES = {
    "approve": HitOutcome.APPROVED, "reject": HitOutcome.REJECTED, "hide": HitOutcome.REJECTED, "hold": HitOutcome.OPEN,
    "restore": HitOutcome.OPEN,
}  # fmt: skip


def record(submission: Submission, verdict: Verdict, _thread_id: int, post_id: int, comment_id: int | None) -> None:
    """Keep each reason as a hit, and the text's sketch."""
    moment = now()
    with speaking(None):  # kept in the language of the site
        kept = [(reason, str(reason.words)[:WORDS_MAX]) for reason in verdict.reasons]
    for reason, words in kept:
        hit = ScreeningHit(
            post_id=post_id, comment_id=comment_id, person_id=submission.actor.id, check_name=reason.check,
            is_held=reason.measure == Measure.HOLD, words=words, rule_id=reason.rule_id, created_at=moment,
        )  # fmt: skip
        db.session.add(hit)
    traits = traits_of(str(submission.body.html), screening_terms().own_host)
    remember(traits, submission.actor, post_id, comment_id, is_edit=submission.is_edit)


def settle_thread_hits(event: ThreadCurated) -> None:
    """What becomes of a thread becomes of the hits of its opening text."""
    opening = sa.select(Post.id).where(Post.thread_id == event.thread_id, Post.kind == PostKind.OPENING).scalar_subquery()
    _settle(event.action, ScreeningHit.post_id == opening, ScreeningHit.comment_id.is_(None))


def settle_post_hits(event: PostCurated) -> None:
    """What becomes of a post becomes of its hits."""
    _settle(event.action, ScreeningHit.post_id == event.post_id, ScreeningHit.comment_id.is_(None))


def settle_comment_hits(event: CommentCurated) -> None:
    """What becomes of a comment becomes of its hits."""
    _settle(event.action, ScreeningHit.comment_id == event.comment_id)


def _settle(action: str, *target: sa.ColumnElement[bool]) -> None:
    outcome = _OUTCOMES.get(action)
    if outcome is None:
        return
    before = {"hold": (HitOutcome.APPROVED, HitOutcome.REJECTED), "restore": (HitOutcome.REJECTED,)}.get(
        action, (HitOutcome.OPEN,)
    )
    values = {"outcome": outcome, "decided_at": None if outcome == HitOutcome.OPEN else now()}
    db.session.execute(sa.update(ScreeningHit).where(*target, ScreeningHit.outcome.in_(before)).values(values))


SUBSCRIPTIONS = (
    (ThreadCurated, settle_thread_hits),
    (PostCurated, settle_post_hits),
    (CommentCurated, settle_comment_hits),
)
