"""A reader is spoken to in the language they chose, and before that in the one their browser asks for."""

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import db
from app.core.i18n import current_language
from tests.client import Browser
from tests.factories import make_person


def lang(browser: Browser, path: str, asked: str) -> tuple[str, str]:
    answer = browser.client.get(path, headers={"Accept-Language": asked})
    return answer.text.partition('<html lang="')[2].partition('"')[0], answer.headers.get("Vary", "")


def test_visitors_read_what_their_browser_asks_for(browser: Browser):
    assert lang(browser, "/login", "de-CH,fr;q=0.9")[0] == "de"
    tag, varies = lang(browser, "/questions", "zh-TW")
    assert tag == "zh-Hans" and "Accept-Language" in varies
    assert lang(browser, "/nowhere", "de")[0] == "de"
    assert lang(browser, "/questions", "fr")[0] == "en"
    assert current_language() == "en"


def test_a_chosen_language_goes_before_the_browsers(browser: Browser):
    ada = make_person("ada")
    browser.sign_in(ada)
    for chosen, tag in (("zh", "zh-Hans"), ("de", "de"), ("", "en")):
        browser.get("/settings/account")
        browser.submit("/settings/language", {"language": chosen})
        assert db.session.scalar(sa.select(Person.language).where(Person.id == ada.id)) == (chosen or None)
        assert lang(browser, "/settings/account", "fr")[0] == tag
    browser.get("/settings/account")
    browser.submit("/settings/language", {"language": "tlh"}, status=400)


@pytest.mark.parametrize("asked", ["de", "zh"])
def test_tags_of_pages_differ_by_language(browser: Browser, asked: str):
    tags = {browser.client.get("/questions", headers={"Accept-Language": one}).headers["ETag"] for one in ("en", asked)}
    assert len(tags) == 2
