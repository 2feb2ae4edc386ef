"""Figures of real communities: what the insights say equals what the XML files of the dumps say, computed without our code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.core.actor import SYSTEM
from app.core.settings import Settings
from app.importing.stackexchange.running import parse_destination, run_import
from app.insights.metrics import METRICS, Unit
from app.insights.period import parse_period
from app.insights.queries.overview import load_overview
from app.insights.scope import Scope
from tests.asserts import assert_queries
from tests.insights.xml_figures import XmlFigures, figures_of, read_questions
from tests.saved import Saved
from tests.thorough import long

pytestmark = [pytest.mark.data, pytest.mark.slow]

# Some time after the last post of each dump.
MOMENTS = {"beer": datetime(2020, 7, 1, 12, tzinfo=UTC), "travel": datetime(2013, 1, 15, 12, tzinfo=UTC)}
PERIODS = {"beer": ("all", "2016", "2019-Q4", "90d"), "travel": ("all", "2011", "2012-Q3", "2012-03", "90d")}
# Our names of what the XML tells under another one.
KEYS = {"within_24h": "answered_within_24h"}
MILLISECOND = 1 / 3_600_000


_imported: defaultdict[str, Saved[None]] = defaultdict(Saved)


def bring(settings: Settings, folder: Path, site: str) -> None:
    """Put a site into the empty database; it is imported once for all tests."""
    _imported[site].get(lambda: run_import(folder, settings, source=site, destination=parse_destination(None, site)) and None)


def ours_of(scope: Scope) -> dict[str, float | int | None]:
    found = load_overview(scope).figures
    return {field.name: found[KEYS.get(field.name, field.name)].value for field in fields(XmlFigures)}


@pytest.mark.parametrize("site", ["beer", pytest.param("travel", marks=long)])
def test_the_figures_of_a_real_community_are_those_of_its_files(
    app: Flask, settings: Settings, data_folder: Path, site: str
) -> None:
    folder = data_folder / "stackexchange" / site
    bring(settings, folder, site)
    moment, questions = MOMENTS[site], read_questions(folder)
    assert all(question.asked < moment - timedelta(days=4) for question in questions)
    for word in PERIODS[site]:
        scope = Scope(SYSTEM, parse_period(word, moment=moment, zone=ZoneInfo("UTC")), moment)
        inside = [question for question in questions if scope.period.start <= question.asked < scope.period.end]
        theirs = figures_of(inside, moment)
        assert theirs.questions
        for name, value in ours_of(scope).items():
            assert value == pytest.approx(getattr(theirs, name), abs=MILLISECOND), f"{site} {word} {name}"


@pytest.mark.parametrize("site", ["beer", pytest.param("travel", marks=long)])
def test_every_number_of_a_real_community_opens_the_list_that_it_counts(
    app: Flask, settings: Settings, data_folder: Path, site: str
) -> None:
    bring(settings, data_folder / "stackexchange" / site, site)
    moment = MOMENTS[site]
    scope = Scope(SYSTEM, parse_period(PERIODS[site][1], moment=moment, zone=ZoneInfo("UTC")), moment)
    with assert_queries(9):
        overview = load_overview(scope)
    for metric in METRICS.values():
        figure = overview.figures[metric.key]
        rows = list(metric.iterate(scope))
        assert len(rows) == figure.n == metric.count(scope)
        if metric.unit is Unit.PEOPLE:
            assert sum(row.amount for row in rows) == figure.value
