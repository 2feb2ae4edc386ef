"""What screening knows before it looks at a text: of its author (how long they are here, what of theirs is visible, what waits, how
fast they write), and of rules and models. Reads only."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, read
from app.core.records import Struct
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.services.commenting import WAITING
from app.moderation.screening.learning import NEWEST
from app.moderation.screening.rules import STATE, RuleSet, rules_of
from app.moderation.screening.terms import ScreeningTerms

PACE = timedelta(minutes=10)
_ENOUGH = 50
_person_id: sa.BindParameter[Any] = sa.bindparam("person_id")
_posts = (
    sa.select(Post.id).join(Thread, Thread.id == Post.thread_id)
    .where(Post.author_id == _person_id, Post.hidden_at.is_(None), Post.held_at.is_(None))
    .where(Thread.hidden_at.is_(None), Thread.held_at.is_(None)).limit(_ENOUGH).subquery()
)  # fmt: skip
_comments = sa.select(Comment.id).where(Comment.author_id == _person_id, Comment.hidden_at.is_(None)).limit(_ENOUGH).subquery()
_is_new_post = sa.and_(Post.author_id == _person_id, Post.created_at > sa.bindparam("since"))
_is_new_comment = sa.and_(Comment.author_id == _person_id, Comment.created_at > sa.bindparam("since"))
_RECENT = sa.select(
    NEWEST.scalar_subquery(),
    *STATE,
    Person.created_at,
    sa.select(sa.func.count()).where(_is_new_post).scalar_subquery(),
    sa.select(sa.func.count()).where(_is_new_comment).scalar_subquery(),
).where(Person.id == _person_id)
_STANDING = _RECENT.add_columns(
    sa.select(sa.func.count()).select_from(_posts).scalar_subquery(),
    sa.select(sa.func.count()).select_from(_comments).scalar_subquery(),
)


class Standing(Struct, frozen=True):
    """An author now. `texts`: visible posts and comments, counted to 50; `recent`: texts of the last ten minutes, whatever became of them."""

    joined_at: datetime
    texts: int
    recent: int

    def is_young(self, terms: ScreeningTerms) -> bool:
        """Whether too little of theirs is visible, or they joined a moment ago."""
        return self.texts < terms.new_texts or (terms.new_texts > 0 and now() - self.joined_at < terms.new_for)


class Known(Struct, frozen=True):
    """What a text is held against: its author's standing, the rules in use, and the newest model of spam (its id)."""

    standing: Standing
    rules: RuleSet
    model_id: int | None


def known_about(actor: Actor, *, with_texts: bool = True) -> Known:
    """Return what is known now, in one statement. Without `with_texts` the author's texts are not counted: `texts` is 0."""
    db.session.flush()
    row: Any = read(_STANDING if with_texts else _RECENT, {"person_id": actor.id, "since": now() - PACE}).one()
    model_id, rule_count, rules_changed_at, joined_at, posts, comments, *texts = row
    return Known(Standing(joined_at, sum(texts), posts + comments), rules_of(rule_count, rules_changed_at), model_id)


def has_waiting(actor: Actor) -> bool:
    """Return whether something of the author waits for a moderator. Locks the author, so that two texts at once are one and one."""
    db.session.execute(sa.select(Person.id).where(Person.id == actor.id).with_for_update(key_share=True))
    threads = sa.select(sa.literal(1)).where(
        Thread.author_id == actor.id, Thread.held_at.is_not(None), Thread.hidden_at.is_(None)
    )
    posts = sa.select(sa.literal(1)).where(
        Post.author_id == actor.id, Post.held_at.is_not(None), Post.hidden_at.is_(None), Post.kind != PostKind.OPENING
    )
    comments = sa.select(sa.literal(1)).where(
        Comment.author_id == actor.id, Comment.held_at.is_not(None), Comment.hidden_reason == WAITING
    )
    found = sa.select(sa.or_(threads.exists(), posts.exists(), comments.exists()))
    return bool(db.session.scalar(found))
