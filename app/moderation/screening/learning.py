"""What the classifier learns from: the community's own decisions, once a day. Off until there are enough examples of both kinds."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.clock import now
from app.core.db import db
from app.core.i18n import lazy_gettext
from app.core.listing import quoted
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.screening import Reason
from app.moderation.models import Flag, FlagReason, FlagState, SpamModel
from app.moderation.screening.bayes import Model, features, judge_text, measure, train
from app.moderation.screening.terms import ScreeningTerms, screening_terms
from app.moderation.screening.traits import Traits, traits_of

TRAIN_JOB = "moderation.learn_spam"
TRAIN_EVERY = timedelta(days=1)
SPAM_WORDS = ("%spam%", "%advert%")
_MOST = 3_000
_SETTLED = timedelta(days=2)
_NAMED = 6
_KEPT_MODELS = 3
NEWEST = sa.select(sa.func.max(SpamModel.id))


def check_text(traits: Traits, terms: ScreeningTerms, newest: int | None) -> list[Reason]:
    """Hold a text that reads like what moderators took for spam; nothing before there is a model. `newest`: what NEWEST says now."""
    if not terms.sure:
        return []
    model = _load(db.engine.url.render_as_string(), newest) if newest else None
    if model is None or min(model.spam, model.ham) < terms.examples:
        return []
    judged = judge_text(model, traits)
    if judged.sureness * 100 < terms.sure:
        return []
    because = quoted(judged.because[:_NAMED])
    percent = min(99, int(judged.sureness * 100))
    return [
        Reason(
            "classifier",
            lazy_gettext("Reads like spam (%(percent)s %% sure), because of %(because)s", percent=percent, because=because),
        )
    ]


@lru_cache(maxsize=2)
def _load(_database: str, model_id: int) -> Model | None:
    row = db.session.get(SpamModel, model_id)
    return Model(row.spam_count, row.ham_count, row.words) if row else None


def list_examples() -> tuple[list[Traits], list[Traits]]:
    """Return what can be learned from: texts hidden as spam, and visible texts that stood for two days, the newest 3,000 of each."""
    spam = [_traits(html) for html in (*_spam_posts(), *_spam_comments())]
    ham = [_traits(html) for html in _ham_posts()]
    return spam, ham


def learn() -> SpamModel | None:
    """Learn anew and keep what was learned with how well it does on texts it did not see; None while there is too little.

    Opens its own unit of work: call it outside of one.
    """
    terms = screening_terms()
    spam, ham = list_examples()
    if not terms.sure or min(len(spam), len(ham)) < terms.examples:
        return None
    quality = measure(spam, ham, sure=terms.sure / 100)
    model = train(map(features, spam), map(features, ham))
    figures = {"precision": quality.precision, "recall": quality.recall, "sure": terms.sure}
    words = {word: list(counts) for word, counts in model.words.items()}
    with unit_of_work():
        row = SpamModel(trained_at=now(), spam_count=model.spam, ham_count=model.ham, words=words, figures=figures)
        db.session.add(row)
        db.session.flush()
        kept = sa.select(SpamModel.id).order_by(SpamModel.id.desc()).limit(_KEPT_MODELS).subquery()
        db.session.execute(sa.delete(SpamModel).where(SpamModel.id.not_in(sa.select(kept.c.id))))
    return row


def learn_job(_payloads: list[dict[str, Any]]) -> None:
    """Learn once a day."""
    learn()


def _traits(html: str) -> Traits:
    return traits_of(html, screening_terms().own_host)


def _says_spam(column: sa.ColumnElement[str] | Any) -> sa.ColumnElement[bool]:
    return sa.or_(*(sa.func.lower(column).like(pattern) for pattern in SPAM_WORDS))


def _flagged(target: sa.ColumnElement[int] | Any) -> sa.ColumnElement[bool]:
    upheld = sa.and_(Flag.reason == FlagReason.SPAM, Flag.state == FlagState.UPHELD)
    return target.in_(sa.select(Flag.post_id if target is Post.id else Flag.comment_id).where(upheld))


def _spam_posts() -> list[str]:
    is_opening = Post.kind == PostKind.OPENING
    hidden = sa.and_(Post.hidden_at.is_not(None), sa.or_(_says_spam(Post.hidden_reason), _flagged(Post.id)))
    with_thread = sa.and_(is_opening, Thread.hidden_at.is_not(None), sa.or_(_says_spam(Thread.hidden_reason), _flagged(Post.id)))
    statement = (
        sa.select(Post.body_html).join(Thread, Thread.id == Post.thread_id).where(sa.or_(hidden, with_thread))
        .order_by(Post.id.desc()).limit(_MOST)
    )  # fmt: skip
    return list(db.session.scalars(statement))


def _spam_comments() -> list[str]:
    is_spam = sa.or_(_says_spam(Comment.hidden_reason), _flagged(Comment.id))
    statement = sa.select(Comment.body_html).where(Comment.hidden_at.is_not(None), is_spam).order_by(Comment.id.desc())
    return list(db.session.scalars(statement.limit(_MOST)))


def _ham_posts() -> list[str]:
    statement = (
        sa.select(Post.body_html)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(Post.hidden_at.is_(None), Post.held_at.is_(None), Thread.hidden_at.is_(None), Thread.held_at.is_(None))
        .where(Post.created_at < now() - _SETTLED, Category.audience != Audience.STAFF)
        .order_by(Post.id.desc())
        .limit(_MOST)
    )
    return list(db.session.scalars(statement))
