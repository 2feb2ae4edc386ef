"""Things that wait for moderators, one of every kind."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import DuplicateProposal, Post
from app.forum.services.confirming import record_outcome
from app.kb.models import ArticleSource, Candidate
from app.moderation.flags.flagging import flag_post
from tests.factories import accept, actor_of, make_answer, make_article, make_category, make_person, make_question, make_section


def reported(reason: str = "spam", author: Person | None = None, **values) -> Post:
    """An answer that somebody reported."""
    answer = make_answer(make_question(**values), author or make_person(), text="Visit my shop for cheap heaters")
    reporter = actor_of(make_person(role="staff"))
    with unit_of_work():
        flag_post(reporter, post_id=answer.id, reason=reason, note="Look at this")
    return answer


def held(**values) -> Post:
    """An answer that waits."""
    return make_answer(make_question(**values), make_person(), text="It waits", held_at=now() - timedelta(hours=1))


def disputed(**values) -> Post:
    """An accepted answer that its asker says does not work."""
    asker = make_person(role="staff")
    thread = make_question(author=asker, **values)
    answer = make_answer(thread, make_person(), text="Turn it off and on again")
    accept(answer)
    with unit_of_work():
        record_outcome(actor_of(asker), thread_id=thread.id, kind="refuted", post_id=answer.id, reason="Still humming")
    return answer


def alike(category=None) -> DuplicateProposal:
    """Two questions that look alike."""
    category = category or make_category()
    first, second = make_question(category=category), make_question(category=category)
    with unit_of_work():
        proposal = DuplicateProposal(thread_id=second.id, original_id=first.id, score=0.8)
        db.session.add(proposal)
    return proposal


def candidate(**values) -> int:
    """A thread that could become an article; returns its id."""
    thread = make_question(**values)
    with unit_of_work():
        parts = [{"key": "views", "points": 9.0, "text": "90 views in 30 days"}]
        db.session.add(Candidate(thread_id=thread.id, score=9.0, parts=parts))
    return thread.id


def changed_source(**values) -> ArticleSource:
    """A source of an article that was edited since."""
    answer = make_answer(make_question(**values), make_person())
    article = make_article(section=make_section())
    with unit_of_work():
        source = ArticleSource(
            article_id=article.id, thread_id=answer.thread_id, post_id=answer.id, post_revision=1, post_hash="x", role="solution",
            change="edited", changed_at=now(),
        )  # fmt: skip
        db.session.add(source)
        db.session.get_one(type(article), article.id).source_changed_at = now()
    return source


def everything(**values) -> dict[str, str]:
    """One of every kind; returns the keys of the items by kind."""
    return {
        "post": f"post-{reported(**values).id}", "held-post": f"held-post-{held(**values).id}",
        "disputed": f"disputed-{disputed(**values).thread_id}", "source": f"source-{changed_source(**values).id}",
        "merge": f"merge-{alike(values.get('category')).id}", "candidate": f"candidate-{candidate(**values)}",
    }  # fmt: skip
