"""What readers say: once each, people only, not too often."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.uow import unit_of_work
from app.kb.models import Article, ArticleFeedback
from app.kb.services.feedback import give_feedback, recount_feedback
from app.kb.services.publishing import verify
from tests.client import Browser
from tests.factories import make_article
from tests.kb.conftest import Crew
from tests.kb.samples import FIREFOX, change, fresh


def say(article: Article, is_helpful: bool, reader: str = "a", **values: str) -> None:
    with unit_of_work():
        give_feedback(ANONYMOUS, article_id=article.id, reader_key=reader, is_helpful=is_helpful, **values)


def voices(article: Article) -> tuple[int, int]:
    row = fresh(article)
    return row.helpful_yes, row.helpful_no


def test_each_reader_counts_once_and_may_change_their_mind(app: Flask):
    article = make_article()
    say(article, True)
    say(article, True)
    say(article, False, "b", reason="wrong", note="The valve is gone")
    assert voices(article) == (1, 1)
    say(article, False)
    assert voices(article) == (0, 2)
    say(article, True, "b")
    assert voices(article) == (1, 1)
    row = db.session.scalars(sa.select(ArticleFeedback).where(ArticleFeedback.reader_key == "b")).one()
    assert (row.is_helpful, row.reason, row.note) == (True, "", "")


def test_a_reason_told_later_is_added_to_the_no(app: Flask):
    article = make_article()
    say(article, False)
    say(article, False, reason="outdated", note="Since version 5")
    row = db.session.scalars(sa.select(ArticleFeedback)).one()
    assert (row.reason, row.note) == ("outdated", "Since version 5") and voices(article) == (0, 1)


def test_drafts_archived_and_unreadable_articles_are_not_judged(app: Flask):
    for article, error in (
        (make_article(state="draft"), NotFound), (make_article(audience="staff"), NotFound),
        (make_article(state="archived"), Conflict),
    ):  # fmt: skip
        with pytest.raises(error):
            say(article, True)
    with pytest.raises(Invalid):
        say(make_article(), False, reason="because")


def test_counts_follow_from_the_rows(app: Flask):
    article, other = make_article(), make_article()
    say(article, True)
    say(article, False, "b")
    change(article, helpful_yes=99)
    change(other, helpful_no=3)
    with unit_of_work():
        assert recount_feedback() == 2
    assert voices(article) == (1, 1) and voices(other) == (0, 0)


def test_a_visitor_says_yes_without_session_token_or_script(client: FlaskClient):
    article = make_article()
    page = client.get(f"/kb/{article.section.slug}/{article.slug}", headers=FIREFOX)
    assert "data-visitor" in page.text and "csrf_token" not in page.text
    answer = client.post(f"/kb/articles/{article.id}/feedback", data={"helpful": "yes"}, headers=FIREFOX)
    assert answer.status_code == 303 and answer.location.endswith("?thanks=yes#feedback")
    assert voices(article) == (1, 0)
    assert "Good to know that it helped" in client.get(answer.location, headers=FIREFOX).text


def test_who_says_no_is_asked_why(client: FlaskClient):
    article = make_article()
    path = f"/kb/articles/{article.id}/feedback"
    asked = client.get(client.post(path, data={"helpful": "no"}, headers=FIREFOX).location, headers=FIREFOX)
    assert "What went wrong?" in asked.text and 'value="outdated"' in asked.text
    told = client.post(path, data={"helpful": "no", "reason": "outdated", "note": "Since\x00 version 5"}, headers=FIREFOX)
    assert "We will look at it" in client.get(told.location, headers=FIREFOX).text
    assert db.session.scalars(sa.select(ArticleFeedback.note)).one() == "Since version 5"


def test_the_address_of_a_reader_is_not_stored(client: FlaskClient):
    article = make_article()
    client.post(
        f"/kb/articles/{article.id}/feedback",
        data={"helpful": "yes"},
        headers=FIREFOX,
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    key = db.session.scalars(sa.select(ArticleFeedback.reader_key)).one()
    other = client.post(f"/kb/articles/{article.id}/feedback", data={"helpful": "yes"}, headers=FIREFOX)
    assert len(key) == 48 and key.isalnum() and other.status_code == 303 and voices(article) == (2, 0)


@pytest.mark.parametrize("agent", ["", "curl/8", "Mozilla/5.0 (compatible; Googlebot/2.1)"])
def test_programs_are_refused(client: FlaskClient, agent: str):
    article = make_article()
    answer = client.post(f"/kb/articles/{article.id}/feedback", data={"helpful": "yes"}, headers={"User-Agent": agent})
    assert answer.status_code == 403 and voices(article) == (0, 0)


def test_other_sites_cannot_send_the_form(client: FlaskClient):
    article = make_article()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = client.post(f"/kb/articles/{article.id}/feedback", data={"helpful": "yes"}, headers={**FIREFOX, **headers})
        assert answer.status_code == 403
    assert voices(article) == (0, 0)


def test_nobody_votes_more_than_ten_times_a_minute(client: FlaskClient, limits: None):
    articles = [make_article() for _ in range(11)]
    answers = [
        client.post(f"/kb/articles/{article.id}/feedback", data={"helpful": "yes"}, headers=FIREFOX).status_code
        for article in articles
    ]
    assert answers == [303] * 10 + [429]


def test_rubbish_is_answered_politely(client: FlaskClient, crew: Crew):
    article = make_article()
    path = f"/kb/articles/{article.id}/feedback"
    assert client.post(path, data={"helpful": "maybe"}, headers=FIREFOX).status_code == 400
    assert client.post(path, data={"helpful": "no", "reason": "\x00"}, headers=FIREFOX).status_code == 303
    assert client.post("/kb/articles/99999999999999999999/feedback", headers=FIREFOX).status_code == 404
    assert client.post("/kb/articles/9223372036854775807/feedback", data={"helpful": "yes"}, headers=FIREFOX).status_code == 404


def test_a_word_can_be_taken_back(client: FlaskClient):
    article = make_article()
    path = f"/kb/articles/{article.id}/feedback"
    said = client.post(path, data={"helpful": "yes"}, headers=FIREFOX)
    assert 'value="undo"' in client.get(said.location, headers=FIREFOX).text
    for _ in range(2):
        back = client.post(path, data={"helpful": "undo"}, headers=FIREFOX)
        assert back.status_code == 303 and back.location.endswith("?thanks=undone#feedback")
    assert voices(article) == (0, 0)
    page = client.get(back.location, headers=FIREFOX).text
    assert "Taken back." in page and "Was this helpful?" in page


def test_scripts_get_the_next_question_as_html(client: FlaskClient):
    article = make_article()
    headers = {**FIREFOX, "Accept": "application/json"}
    answer = client.post(f"/kb/articles/{article.id}/feedback", data={"helpful": "no"}, headers=headers).get_json()
    assert answer["helpful"] is False and "What went wrong?" in answer["html"] and "<html" not in answer["html"]


def test_a_member_counts_once_on_two_devices(app: Flask, crew: Crew):
    article = make_article()
    path = f"/kb/articles/{article.id}/feedback"
    for device in ("phone", "desk"):
        browser = Browser(app).sign_in(crew.member)
        headers = {"User-Agent": f"{FIREFOX['User-Agent']} {device}"}
        assert browser.client.post(path, data={"helpful": "yes"}, headers=headers).status_code == 303
    assert voices(article) == (1, 0)


def test_a_note_that_is_too_long_is_refused_and_kept(browser: Browser):
    """Cut, it would lose its end without a word; so the form lets all of it be pasted."""
    article = make_article()
    path, note = f"/kb/articles/{article.id}/feedback", "x" * 501
    answer = browser.client.post(path, data={"helpful": "no", "reason": "wrong", "note": note}, headers=FIREFOX)
    assert answer.status_code == 400 and "at most 500 characters" in answer.text and note in answer.text
    assert voices(article) == (0, 0)
    browser.client.post(path, data={"helpful": "no", "reason": "wrong", "note": note[1:]}, headers=FIREFOX)
    assert db.session.scalars(sa.select(ArticleFeedback.note)).one() == note[1:]


def test_curators_read_why_readers_were_not_helped_until_the_article_is_confirmed(app: Flask, crew: Crew):
    article, browser = make_article(), Browser(app).sign_in(crew.staff)
    review = f"/kb/articles/{article.id}/review"
    with unit_of_work():
        db.session.get_one(Article, article.id).verified_at = now() - timedelta(days=1)
    assert "Why it did not help readers" not in browser.get(review).text
    say(article, False, "a")
    say(article, False, "b", reason="wrong", note="The pump still hums & drips.")
    say(article, True, "c")
    page = browser.get(review).text
    assert "Why it did not help readers" in page and "I followed it, and it did not work" in page
    assert "The pump still hums &amp; drips." in page
    with unit_of_work():
        verify(crew.curator, article_id=article.id)
    assert "drips" not in browser.get(review).text
