"""The Debian FAQ in three languages: 146 articles each come in, stand in a section of their own, and are found in their language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.kb.models import Article, Section
from app.search.engines.whoosh import WhooshEngine
from app.search.querying import SearchForm
from app.search.results import find
from app.search.suggest import suggest
from app.search.sync import rebuild
from tests.client import Browser
from tests.kb.conftest import engine  # noqa: F401 - a fixture
from tests.saved import Saved

SECTIONS = (("en", "en", "Debian FAQ"), ("de", "de", "Debian-FAQ auf Deutsch"), ("zh-cn", "zh-CN", "Debian 常见问题"))
LICENCE = "The Debian FAQ, © 1996-2003 Software in the Public Interest and later authors. Copies keep this notice."


def bring(app: Flask, folder: Path) -> list[dict[str, object]]:
    reports = []
    for name, language, section in SECTIONS:
        file = folder / "kb" / f"debian-faq.{name}.jsonl.xz"
        args = [
            "import",
            "articles",
            str(file),
            "--section",
            section,
            "--about",
            LICENCE,
            "--language",
            language,
            "--kind",
            "faq",
        ]
        result = app.test_cli_runner().invoke(args=[*args, "--text", "--publish", "--json"])
        assert result.exit_code == 0, result.output
        reports.append(json.loads(result.output))
    return reports


def titles(engine: WhooshEngine, query: str, language: str) -> list[str]:  # noqa: F811
    """The titles of the articles of a language among the first page of results."""
    ids = [item.card.id for item in find(engine, query, SearchForm(), ANONYMOUS).items]
    known = dict(db.session.execute(sa.select(Article.id, Article.title).where(Article.language == language)).all())
    return [known[number] for number in ids if number in known]


@pytest.fixture(scope="module")
def saved() -> Saved[list[dict[str, object]]]:
    """The reports of the first imports; what they wrote is kept for all tests."""
    return Saved()


@pytest.fixture
def reports(app: Flask, data_folder: Path, saved: Saved[list[dict[str, object]]]) -> list[dict[str, object]]:
    """The articles of all three languages in the database; they are imported once."""
    return saved.get(lambda: bring(app, data_folder))


@pytest.mark.usefixtures("engine")
def test_the_debian_faq_is_searchable_in_three_languages(
    app: Flask,
    browser: Browser,
    engine: WhooshEngine,  # noqa: F811
    data_folder: Path,
    reports: list[dict[str, object]],
):
    for report in reports:
        assert (report["new"], report["left_out"], report["sections"]) == (146, 0, 1), report
    counts = sa.select(Article.language, sa.func.count()).where(Article.state == "published").group_by(Article.language)
    assert dict(db.session.execute(counts).all()) == {"en": 146, "de": 146, "zh-CN": 146}
    rebuild()
    wanted = (
        ("what is debian gnu/linux", "en", "What is Debian GNU/Linux?"),
        ("upgrading packages in place", "en", None),
        ("was ist debian gnu/linux", "de", None),
        ("Pakete aktualisieren", "de", None),
        ("Kernel übersetzen", "de", None),
        ("什么是 Debian", "zh-CN", None),
        ("软件包", "zh-CN", None),
        ("内核", "zh-CN", None),
    )
    for query, language, title in wanted:
        found = titles(engine, query, language)
        assert found and (title is None or found[0] == title), (query, found)
    assert any("软件包" in card.title for card in suggest(engine, "软件包", ANONYMOUS))
    german = db.session.scalars(sa.select(Section).where(Section.title == "Debian-FAQ auf Deutsch")).one()
    page = browser.get(german.path).text
    assert "Software in the Public Interest" in page and 'lang="de"' in page
    # A second import changes nothing.
    for report in bring(app, data_folder):
        assert (report["new"], report["updated"], report["unchanged"]) == (0, 0, 146), report


@pytest.mark.usefixtures("reports")
def test_every_question_finds_itself_in_its_language(app: Flask, engine: WhooshEngine):  # noqa: F811
    """Each title as a query: its own article is among the first three in at least 95 of 100 cases, in each language."""
    rebuild()
    for _name, language, _section in SECTIONS:
        rows = db.session.execute(
            sa.select(Article.id, Article.title).where(Article.language == language).order_by(Article.id)
        ).all()
        found = sum(
            row.id in [item.card.id for item in find(engine, row.title, SearchForm(), ANONYMOUS).items[:3]] for row in rows[::5]
        )
        assert found >= 0.95 * len(rows[::5]), (language, found)
