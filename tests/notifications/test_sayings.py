"""Sentences are kept as codes with values, and said in the language and the time zone of whoever reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from markupsafe import Markup

from app.core.db import db
from app.core.i18n import speaking
from app.core.uow import unit_of_work
from app.notifications.decisions import decision, level_lowered
from app.notifications.models import NotificationKind
from app.notifications.presenters import present
from app.notifications.queries import list_notifications
from app.notifications.sentences import put_in_charge
from app.notifications.services.notifying import notify, notify_of_self
from app.notifications.telling import TEXT_MAX, pack, unpack
from app.web.filters import human_moment, use_zone
from tests.factories import actor_of, make_person, make_question
from tests.mailbox import collect, html_of, text_of


def test_what_is_kept_is_said_in_every_language() -> None:
    kept = pack(decision("hide", "answer", "Why <b>?", "Advertising"))
    assert kept == '["decision","hide","answer","Why <b>?","Advertising"]'
    said = unpack(kept)
    assert said == "Your answer to “Why <b>?” was hidden by a moderator. Reason: Advertising"
    with speaking("de"):
        assert str(said) == "Deine Antwort auf „Why <b>?“ wurde von der Moderation ausgeblendet. Grund: Advertising"
        assert Markup("{}").format(said).startswith("Deine Antwort auf „Why &lt;b&gt;?“")


@pytest.mark.parametrize("kept", ["Your post was hidden.", '["hm', '["unknown","x"]', '["decision","hide"]', ""])
def test_lines_of_earlier_days_stand_as_they_are(kept: str) -> None:
    assert unpack(kept) == kept and unpack(pack(kept)) == kept


@pytest.mark.parametrize("reason", ["word " * 200, '"' * 900, "说" * 900])
def test_what_is_too_long_is_shortened_where_it_is_longest(reason: str) -> None:
    kept = pack(decision("reject", "comment", "A title of some length, with a few words in it", reason))
    assert len(kept) <= TEXT_MAX
    assert unpack(kept).startswith("Your comment in “A title of some length, with a few words in it” was not approved. Reason: ")


def test_lists_and_mails_speak_the_language_and_the_zone_of_their_readers(app: Flask) -> None:
    reader, writer = make_person("reader", role="staff", email="reader@example.com", language="zh"), make_person("writer")
    thread, until = make_question(author=writer, title="Why <b>hum</b>?"), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with unit_of_work():
        notify_of_self(reader.id, level_lowered(1, until, "Quarrels"), path="/settings/trust")
        text = put_in_charge("Writer", "", "now & here")
        notify([reader.id], NotificationKind.DESK, actor_id=writer.id, thread_id=thread.id, text=text)
    db.session.expunge_all()
    use_zone(ZoneInfo("Europe/Berlin"))
    try:
        with speaking("de"):
            lines = [str(one.html) for one in present(list_notifications(actor_of(reader)).items)]
            assert human_moment(until) == "1. Jan. 2027, 00:30 UTC+1"
    finally:
        use_zone(UTC)
    assert "Writer hat dir diese Frage zugeteilt („now &amp; here“): <a href=" in lines[0] and "Why &lt;b&gt;hum" in lines[0]
    assert "auf höchstens „" in lines[1] and "bis zum 1. Jan. 2027" in lines[1]
    (mail,) = collect(app)
    assert "把这个问题交给你负责（“now & here”）：“Why <b>hum</b>?”" in text_of(mail)
    assert 'lang="zh-Hans"' in html_of(mail) and "Why &lt;b&gt;hum&lt;/b&gt;?</a>" in html_of(mail)
