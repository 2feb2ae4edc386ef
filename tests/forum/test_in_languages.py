"""The forum in other languages: what is put together from parts reads as one sentence, and faults are told once."""

from __future__ import annotations

from app.core.i18n import speaking
from app.forum.inference import grounds_in_words
from app.forum.queries.judging import ReasonCount, reason_words, voices
from app.forum.routes.lists import _narrowed
from tests.client import Browser
from tests.factories import make_category, make_person


def test_faults_of_a_form_are_told_once_in_the_language_of_the_reader(browser: Browser):
    category = make_category()
    browser.sign_in(make_person("ada"))
    typed = {"title": "kurz", "category": str(category.id), "body": ""}
    page = browser.post("/ask", typed, status=400, headers={"Accept-Language": "de"})
    faults = page.text.partition('class="errors"')[2].partition("</div>")[0]
    assert "Nimm mindestens 10 Zeichen" in faults and "Nichts ist verloren" in faults
    assert faults.count("Schreib etwas") == 1


def test_lists_are_named_in_the_order_of_each_language():
    with speaking("de"):
        assert _narrowed("Fragen", "Hilfe", "pumpe", "") == "Fragen in Hilfe mit dem Schlagwort pumpe"
    with speaking("zh"):
        assert _narrowed("问题", "帮助", "水泵", "") == "带有标签“水泵”的“帮助”里的问题"
    assert _narrowed("Questions", "Help", "pump", "Pump 2") == "Questions in Help tagged pump about Pump 2"


def test_counts_reasons_and_stored_grounds_are_said_in_the_language_of_the_reader():
    counts = (ReasonCount("outdated", 3), ReasonCount("other_version", 1))
    stored = "No word from the asker for 14 days after an answer with 1 vote"
    assert reason_words(counts) == "3 say it is out of date, 1 has a different version" and grounds_in_words(stored) == stored
    with speaking("de"):
        assert reason_words(counts) == "3 halten es für veraltet, 1 hat eine andere Version"
        assert grounds_in_words(stored) == "wer gefragt hat, schrieb 14 Tage lang nichts nach einer Antwort mit 1 Stimme"
    with speaking("zh"):
        assert reason_words(counts) == "3 人说已过时，1 人用的是其他版本"
        assert voices(2, 1) == "对 3 位读者中的 2 位有用"
    assert grounds_in_words("It worked in the lab") == "It worked in the lab"
