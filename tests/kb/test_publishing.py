"""States of an article: who moves it where, what readers and the index learn."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import AppError, Conflict, Forbidden, NotFound
from app.core.events import emit, subscribe
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.jobs.models import Job
from app.kb.events import ArticlePublished, ArticleStateChanged
from app.kb.models import ArticleState
from app.kb.services import publishing
from app.kb.services.writing import ArticleText, Placement, StaleEdit, save_revision
from app.moderation.models import LogEntry
from app.moderation.undoing import undo_decision
from tests.factories import actor_of, make_article
from tests.kb.conftest import Crew
from tests.kb.samples import change, fresh

ACTIONS = {
    "submit_for_review": ("draft",), "publish": ("draft", "in_review", "archived"),
    "archive": ("draft", "in_review", "published"),
    "reopen": ("in_review", "archived"), "verify": ("published",),
}  # fmt: skip
RESULT = {
    "submit_for_review": "in_review",
    "publish": "published",
    "archive": "archived",
    "reopen": "draft",
    "verify": "published",
}
seen: list[object] = []


@pytest.mark.parametrize("action", list(ACTIONS))
@pytest.mark.parametrize("state", [state.value for state in ArticleState])
def test_each_action_works_from_some_states_only(app: Flask, crew: Crew, action: str, state: str):
    article = make_article(state=state)
    service = getattr(publishing, action)
    if state in ACTIONS[action]:
        with unit_of_work():
            service(crew.curator, article_id=article.id)
        assert fresh(article).state == RESULT[action]
    else:
        with pytest.raises(Conflict), unit_of_work():
            service(crew.curator, article_id=article.id)
        assert fresh(article).state == state


@pytest.mark.parametrize("action", list(ACTIONS))
def test_members_may_do_none_of_it(app: Flask, crew: Crew, action: str):
    readable, draft = make_article(), make_article(state="draft")
    expected: list[type[AppError]] = [Forbidden, NotFound]
    for article, error in zip((readable, draft), expected, strict=True):
        with pytest.raises(error), unit_of_work():
            getattr(publishing, action)(actor_of(crew.member), article_id=article.id)


def test_publishing_confirms_and_tells_others(app: Flask, crew: Crew):
    subscribe(ArticlePublished, seen.append)
    subscribe(ArticleStateChanged, seen.append)
    seen.clear()
    article = make_article(state="in_review")
    with unit_of_work():
        publishing.publish(crew.curator, article_id=article.id, revision=1)
    now = fresh(article)
    assert (
        now.published_at and now.verified_at and now.verified_by_id == crew.moderator.id and "Clean the intake" in now.body_html
    )
    assert seen == [
        ArticleStateChanged(article.id, crew.moderator.id, "in_review", "published", ""),
        ArticlePublished(article.id, crew.moderator.id, True),
    ]
    assert db.session.scalar(sa.select(Job.dedupe_key).where(Job.dedupe_key == f"search:article:{article.id}"))
    assert emit is not None


def test_the_second_publication_is_not_the_first(app: Flask, crew: Crew):
    subscribe(ArticlePublished, seen.append)
    article = make_article(state="archived")
    seen.clear()
    with unit_of_work():
        publishing.publish(crew.curator, article_id=article.id)
    assert seen[-1] == ArticlePublished(article.id, crew.moderator.id, False)


def test_what_was_not_looked_at_is_not_published(app: Flask, crew: Crew):
    article = make_article(state="draft")
    change(article, revision=1)
    with pytest.raises(StaleEdit), unit_of_work():
        publishing.publish(crew.curator, article_id=article.id, revision=7)


def test_still_right_renews_the_date_only(app: Flask, crew: Crew):
    article = make_article()
    before = fresh(article).modified_at
    with unit_of_work():
        publishing.verify(crew.agent, article_id=article.id)
    assert fresh(article).verified_by_id == crew.staff.id and fresh(article).modified_at == before


@pytest.mark.parametrize(
    ("start", "done"),
    [
        ("draft", "submit_for_review"), ("draft", "publish"), ("in_review", "publish"), ("archived", "publish"),
        ("draft", "archive"), ("in_review", "archive"), ("published", "archive"), ("in_review", "reopen"), ("archived", "reopen"),
    ],
)  # fmt: skip
def test_every_change_of_state_is_undone_in_the_log(app: Flask, crew: Crew, start: str, done: str):
    article = make_article(state=start)
    with unit_of_work():
        getattr(publishing, done)(crew.curator, article_id=article.id)
    entry = db.session.scalars(sa.select(LogEntry)).one()
    with unit_of_work():
        undo_decision(crew.curator, entry_id=entry.id, reason="By mistake")
    assert fresh(article).state == start


def test_undoing_an_archiving_shows_readers_what_they_saw_before(app: Flask, crew: Crew):
    """Not a newer version that nobody has published."""
    article = make_article(state="draft")
    with unit_of_work():
        publishing.publish(crew.curator, article_id=article.id)
    with unit_of_work():
        save_revision(
            crew.curator, article_id=article.id, base_revision=1, place=Placement(article.section_id, "public"),
            text=ArticleText("Priming the pump", render_markdown("A sentence that nobody has looked at.")),
        )  # fmt: skip
    with unit_of_work():
        publishing.archive(crew.curator, article_id=article.id)
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "archived")).one()
    before = fresh(article)
    with unit_of_work():
        undo_decision(crew.curator, entry_id=entry.id, reason="By mistake")
    after = fresh(article)
    assert (after.state, after.published_revision, after.body_html) == ("published", 1, before.body_html)
    assert after.revision == 2 and "nobody has looked at" not in after.body_html
