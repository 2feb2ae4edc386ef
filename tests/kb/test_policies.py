"""Who reads and edits articles: every role against every state and audience; the page and the list agree."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS, Actor, Audience, Role
from app.core.db import db
from app.kb import policies
from app.kb.models import Article, ArticleState
from tests.factories import make_article

ACTORS = {
    "visitor": ANONYMOUS,
    **{role.value: Actor(id=number, name=role.value, role=role) for number, role in enumerate(Role, start=1)},
    "suspended": Actor(id=9, name="s", role=Role.STAFF, is_suspended=True),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ACTORS))
def test_page_and_list_agree_for_every_state_and_audience(app: Flask, name: str):
    actor = ACTORS[name]
    for state, audience in itertools.product(ArticleState, Audience):
        make_article(state=state, audience=audience)
    seen = {row.id for row in db.session.scalars(sa.select(Article).where(policies.visible_articles(actor)))}
    listed = {row.id for row in db.session.scalars(sa.select(Article).where(policies.listed_articles(actor)))}
    articles = db.session.scalars(sa.select(Article)).all()
    assert seen == {article.id for article in articles if policies.can_see_article(actor, article)}
    assert listed == {a.id for a in articles if policies.can_see_article(actor, a) and a.state == "published"}


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("visitor", {"public"}),
        ("member", {"public", "members"}),
        ("moderator", {"public", "members"}),
        ("staff", {"public", "members", "staff"}),
    ],
)
def test_each_role_reads_its_audiences(name: str, readable: set[str]):
    articles = [Article(state="published", audience=audience, published_revision=1) for audience in Audience]
    assert {a.audience for a in articles if policies.can_see_article(ACTORS[name], a)} == readable


def test_drafts_are_for_curators_and_edits_for_those_who_may_write():
    draft = Article(state="draft", audience="public", published_revision=None)
    assert {name for name, actor in ACTORS.items() if policies.can_see_article(actor, draft)} == {
        "staff",
        "moderator",
        "admin",
        "suspended",
    }
    assert {name for name, actor in ACTORS.items() if policies.can_edit_article(actor, draft)} == {"staff", "moderator", "admin"}


def test_a_draft_of_a_once_published_article_is_not_readable():
    again = Article(state="draft", audience="public", published_revision=3)
    assert not policies.can_see_article(ANONYMOUS, again)


@pytest.mark.parametrize(("narrow", "wide"), [("members", "public"), ("staff", "members"), ("staff", "public")])
def test_text_may_go_to_fewer_readers_only(narrow: str, wide: str):
    assert policies.is_as_narrow(narrow, than=wide) and not policies.is_as_narrow(wide, than=narrow)
    assert policies.narrowest([wide, narrow]) == narrow and policies.narrowest([]) == "public"
