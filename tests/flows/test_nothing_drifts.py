"""Whatever is done to texts, threads, articles and accounts, in whatever order: what is derived elsewhere follows by itself.

Figures of threads and people, whose turn it is at the desk, what articles know of their sources, and which threads name them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.erasing import order_erasure
from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.errors import AppError
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.desk.models import DeskItem
from app.desk.services.settling import resettle
from app.forum.models import Comment, Post, Reshaping, Thread
from app.forum.services import curating, setting_aside
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.confirming import record_outcome
from app.forum.services.converting import convert_thread, undo_convert
from app.forum.services.editing import edit_post
from app.forum.services.judging import say_worked
from app.forum.services.merging import merge_threads, undo_merge
from app.forum.services.recounting import recount_all
from app.forum.services.splitting import split_thread, undo_split
from app.forum.services.trusting import recount_trust
from app.forum.services.turning import turn_into_comment, turn_into_post, undo_into_comment, undo_into_post
from app.forum.services.voting import cast_vote, say_me_too
from app.jobs.worker import run_until_idle
from app.kb.jobs import recount_articles
from app.kb.models import Article, ArticleReuse, ArticleSource, SourceRole
from app.kb.queries.articles import get_article_for_update
from app.kb.services import publishing
from app.kb.services.feedback import give_feedback
from app.kb.services.marking import mark_threads
from app.kb.services.promoting import Chosen, promote_thread
from app.kb.services.refreshing import refresh_sources
from app.kb.services.reusing import record_reuse
from app.moderation.models import LogEntry
from app.moderation.removing.deciding import remove_content
from app.moderation.undoing import undo_decision
from app.privacy.services.erasing import erase_person
from app.privacy.services.merging import request_merge
from tests.factories import actor_of, make_category, make_person, make_section
from tests.forum.services.acting import text
from tests.kb.samples import place
from tests.kb.samples import text as article_text
from tests.thorough import THOROUGH

Deed = tuple[Callable[..., Any], dict[str, Any]]
_TAKEN_BACK: dict[str, Callable[..., Any]] = {
    "split": undo_split, "merge": undo_merge, "convert": undo_convert, "to_comment": undo_into_comment, "to_answer": undo_into_post,
}  # fmt: skip
_OF_THREADS = (
    "hide_thread", "restore_thread", "hold_thread", "approve_thread", "reject_thread", "close_thread", "reopen_thread",
    "archive_thread", "unarchive_thread", "undo_duplicate",
)  # fmt: skip
_OF_POSTS = ("hide_post", "restore_post", "hold_post", "approve_post", "reject_post")


class World:
    """A small community, and whoever does the next thing in it."""

    def __init__(self, seed: int) -> None:
        self.rnd = random.Random(seed)
        self.admin, self.moderator = make_person(role="admin"), make_person(role="moderator")
        self.members = [make_person() for _ in range(4)]
        self.staff = make_person(role="staff")
        self.categories = [make_category(audience=one) for one in ("public", "members", "staff")]
        self.section_id = make_section().id
        self.number = 0

    def word(self) -> str:
        self.number += 1
        return f"Word number {self.number}"

    def any(self, model: Any, *where: Any) -> int:
        return self.rnd.choice(db.session.scalars(sa.select(model.id).where(*where)).all() or [1])

    def step(self) -> None:
        """Do something that is possible, as somebody; what is refused changes nothing."""
        if self.rnd.random() < 0.02 and len(self.members) > 2:
            self.end_account()
            return
        if self.rnd.random() < 0.1:
            run_until_idle()
        is_decision = self.rnd.random() < 0.5
        service, values = self.decision() if is_decision else self.rnd.choice(self.words())
        who = self.moderator if is_decision else self.rnd.choice([*self.members, self.staff])
        actor = ANONYMOUS if service is say_worked else actor_of(db.session.get_one(Person, who.id))
        try:
            with unit_of_work():
                service(actor, **values)
        except AppError:
            db.session.rollback()

    def words(self) -> list[Deed]:
        """What anybody may try."""
        answer, post, thread = self.any(Post, Post.kind == "answer"), self.any(Post), self.any(Thread)
        new = {
            "kind": self.rnd.choice(["question", "question", "discussion"]), "category_id": self.rnd.choice(self.categories).id,
            "title": f"Why does it hum? {self.word()}", "body": text("Loud"), "tags": self.rnd.sample(["a", "b", "c"], 2),
        }  # fmt: skip
        return [
            (start_thread, new),
            *[(add_post, {"thread_id": thread, "body": text(self.word())})] * 3,
            (add_post, {"thread_id": thread, "body": text(f"{self.word()}: [read](/kb/articles/{self.any(Article)})")}),
            (add_comment, {"post_id": post, "body": text(self.word(), is_comment=True)}),
            (edit_post, {"post_id": post, "reason": "r", "body": text(self.word())}),
            *[(accept_answer, {"post_id": answer})] * 2,
            (withdraw_acceptance, {"post_id": answer}),
            (record_outcome, {"thread_id": thread, "kind": self.rnd.choice(["refuted", "workaround", "needs_info"])}),
            (say_worked, {"post_id": answer, "worked": self.rnd.random() < 0.6, "reader_key": f"k{self.rnd.randrange(9)}"}),
            (cast_vote, {"post_id": post, "value": self.rnd.choice([-1, 1])}),
            (
                give_feedback,
                {
                    "article_id": self.any(Article),
                    "reader_key": f"k{self.rnd.randrange(9)}",
                    "is_helpful": self.rnd.random() < 0.5,
                },
            ),
            (say_me_too, {"thread_id": thread, "value": self.rnd.choice([0, 1, 1])}),
        ]

    def decision(self) -> Deed:
        """What moderators do, one of all kinds."""
        thread, other, post = self.any(Thread), self.any(Thread), self.any(Post)
        kinds: list[Callable[[], Deed]] = [
            lambda: (getattr(curating, self.rnd.choice(_OF_THREADS)), {"thread_id": thread, "reason": "r"}),
            lambda: (getattr(curating, self.rnd.choice(_OF_POSTS)), {"post_id": post, "reason": "r"}),
            lambda: (
                self.rnd.choice([setting_aside.set_aside_post, setting_aside.release_post]), {"post_id": post, "reason": "r"},
            ),
            lambda: (curating.move_thread, {"thread_id": thread, "category_id": self.rnd.choice(self.categories).id}),
            lambda: (curating.close_as_duplicate, {"thread_id": thread, "original_id": other}),
            lambda: (merge_threads, {"thread_id": thread, "target_id": other, "opening": self.rnd.choice(["post", "nothing"]), "reason": "r"}),
            lambda: (convert_thread, {"thread_id": thread, "reason": "r"}),
            self.split, self.turn, self.take_back, self.promote, self.promote,
            lambda: (
                self.rnd.choice([publishing.publish, publishing.publish, publishing.archive]), {"article_id": self.any(Article)},
            ),
            lambda: (undo_decision, {"entry_id": self.any(LogEntry), "reason": "r"}),
            lambda: (undo_decision, {"entry_id": self.any(LogEntry, LogEntry.action == "remove_content"), "reason": "r"}),
            lambda: (remove_content, {"person_id": self.rnd.choice(self.members).id, "reason": "r"}),
        ]  # fmt: skip
        return self.rnd.choice(kinds)()

    def split(self) -> Deed:
        thread = self.any(Thread)
        posts = db.session.scalars(sa.select(Post.id).where(Post.thread_id == thread, Post.kind != "opening")).all()
        return split_thread, {
            "thread_id": thread, "post_ids": self.rnd.sample(posts, min(2, len(posts))), "kind": "question",
            "category_id": self.categories[0].id, "title": f"Something else: {self.word()}", "reason": "r",
        }  # fmt: skip

    def turn(self) -> Deed:
        post, comment = db.session.get(Post, self.any(Post)), db.session.get(Comment, self.any(Comment))
        if comment is not None and self.rnd.random() < 0.5:
            return turn_into_post, {"comment_id": comment.id, "body": text(comment.body_source), "reason": "r"}
        if post is None:
            return self.take_back()
        under = self.any(Post, Post.thread_id == post.thread_id)
        body = text(post.body_source, is_comment=True)
        return turn_into_comment, {"post_id": post.id, "under_id": under, "body": body, "reason": "r"}

    def take_back(self) -> Deed:
        found = db.session.get(Reshaping, self.any(Reshaping))
        return _TAKEN_BACK[found.kind] if found else undo_merge, {"reshaping_id": found.id if found else 0}

    def promote(self) -> Deed:
        thread = self.any(Thread)
        posts = db.session.scalars(sa.select(Post).where(Post.thread_id == thread, Post.kind.in_(("opening", "answer")))).all()
        roles = {"opening": SourceRole.PROBLEM, "answer": SourceRole.SOLUTION}
        chosen = [Chosen(post.id, post.revision, roles[post.kind]) for post in posts]
        where = place(self.section_id, self.rnd.choice(["public", "members", "staff"]))
        return promote_thread, {
            "thread_id": thread,
            "chosen": chosen,
            "place": where,
            "text": article_text(self.word(), "## Problem"),
        }

    def end_account(self) -> None:
        """Erase an account, or make two of them one."""
        gone, admin = self.members.pop(), actor_of(self.admin)
        with unit_of_work():
            if self.rnd.random() < 0.5:
                request_merge(admin, from_id=gone.id, into_id=self.rnd.choice(self.members).id, reason="One person")
            else:
                order_erasure(admin, person_id=gone.id, keeps_posts=self.rnd.random() < 0.5, reason="Asked for by letter")
        erase_person(gone.id, render_markdown("[removed]"))
        run_until_idle()
        db.session.expire_all()


def derived() -> dict[str, Any]:
    """What the desk and the knowledge base store of threads and posts."""
    db.session.expire_all()
    items = db.session.scalars(sa.select(DeskItem)).all()
    return {
        "desk": {item.thread_id: (item.state, item.since, item.clock_since, item.due_at is None) for item in items},
        "sources": dict(db.session.execute(sa.select(ArticleSource.id, ArticleSource.change)).all()),
        "articles": dict(db.session.execute(sa.select(Article.id, Article.source_changed_at)).all()),
        "uses": set(db.session.execute(sa.select(ArticleReuse.article_id, ArticleReuse.post_id, ArticleReuse.thread_id)).all()),
        "marks": dict(db.session.execute(sa.select(Thread.id, Thread.article_id)).all()),
    }


def derive_anew() -> None:
    with unit_of_work():
        resettle(db.session.scalars(sa.select(DeskItem.thread_id)).all())
        refresh_sources(sa.true())
        for post_id in db.session.scalars(sa.select(Post.id).order_by(Post.id)).all():
            record_reuse(post_id=post_id)
        for article_id in db.session.scalars(sa.select(Article.id).order_by(Article.id)).all():
            mark_threads(get_article_for_update(article_id))


@pytest.mark.parametrize("seed", range(20) if THOROUGH else (6, 11, 17))
def test_nothing_drifts_whatever_is_done(app: Flask, seed: int) -> None:
    world = World(seed)
    for _ in range(200):
        world.step()
    run_until_idle()
    with unit_of_work():
        assert recount_trust() == 0
    assert not recount_all().wrong
    assert recount_articles() == 0
    out_of_sight = sa.or_(Post.hidden_at.is_not(None), Post.held_at.is_not(None))
    assert not db.session.scalars(sa.select(Post.id).where(Post.kind == "opening", out_of_sight)).all()
    before = derived()
    derive_anew()
    assert derived() == before
    for model in (ArticleSource, ArticleReuse):
        elsewhere = sa.select(model.post_id).join(Post, Post.id == model.post_id).where(model.thread_id != Post.thread_id)
        assert not db.session.scalars(elsewhere).all()
    on_desk = sa.select(DeskItem.thread_id)
    listed = sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None))
    wrong = sa.or_(
        sa.and_(Thread.kind == "question", listed, Thread.id.not_in(on_desk)),
        sa.and_(Thread.kind != "question", Thread.id.in_(on_desk)),
    )
    assert not db.session.scalars(sa.select(Thread.id).where(wrong)).all()
