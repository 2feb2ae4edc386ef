"""What lifts a document among equally good matches, and what a word weighs where it stands: pure functions."""

from __future__ import annotations

import math

import pytest

from app.core.setting_values import SEARCH_PRIORS
from app.core.settings import Settings, SettingsError
from app.search import ranking
from app.search.counting import count_document
from app.search.ranking import PRIOR_NAMES, Priors, prior, prior_factors, weigh
from tests.search.samples import document

LIFTED = document(1, kind="article", votes=20, views=500, confirmed=7, is_solved=True)


def test_the_setting_names_the_priors_that_there_are() -> None:
    assert PRIOR_NAMES == SEARCH_PRIORS
    assert Priors.of(Settings.from_env({}).search_priors) == Priors()
    assert Priors.of(Settings.from_env({"SEARCH_PRIORS": " solved, votes"}).search_priors).names == ("votes", "solved")
    assert Priors.of(Settings.from_env({"SEARCH_PRIORS": "off"}).search_priors).names == ()
    with pytest.raises(SettingsError, match="SEARCH_PRIORS: must be off, or some of votes"):
        Settings.from_env({"SEARCH_PRIORS": "votes,luck"})


@pytest.mark.parametrize("name", PRIOR_NAMES)
def test_each_prior_is_small_and_counts_only_when_switched_on(name: str) -> None:
    assert 1 < prior_factors(LIFTED)[name] <= 1.35
    assert prior(LIFTED, Priors.of((name,))) == prior_factors(LIFTED)[name]
    assert prior(LIFTED) == pytest.approx(prior(LIFTED, Priors.of(set(PRIOR_NAMES) - {name})) * prior_factors(LIFTED)[name])
    assert ranking.rules_version(Priors.of((name,))) != ranking.rules_version()


def test_nothing_speaks_for_a_new_question_and_nothing_counts_when_all_are_off() -> None:
    assert prior(document(1, votes=-8, confirmed=-3)) == 1
    assert prior(LIFTED, Priors.of(())) == 1


def test_an_article_that_does_not_help_is_no_longer_lifted_as_maintained() -> None:
    needing = document(1, kind="article", needs_work=True)
    assert prior(needing) == 1
    assert prior(document(1, kind="article")) == ranking.MAINTAINED


def test_no_prior_and_no_match_reaches_an_exact_title() -> None:
    most = document(1, kind="article", votes=10**12, views=10**12, confirmed=10**12, is_solved=True)
    # The share of a word is below K1 + 1; that of a title of six words that is the query is at least 4 / (4 + K1) of it.
    assert prior(most) * (4 + ranking.K1) / 4 < ranking.EXACT_TITLE / 2


def test_a_word_weighs_more_in_a_title_and_less_in_a_long_text() -> None:
    short = weigh(count_document(document(1, "refund", "policy", tags=("money",), answers="wait", asked_as="payback", lang="en")))
    assert short["refund"] > short["money"] > short["wait"]
    assert short["payback"] == 4
    long = weigh(count_document(document(1, "refund", "policy " + "and another thing " * 100, lang="en")))
    assert long["polici"] < short["polici"] / 2
    usual = weigh(count_document(document(1, "one two three four five six", lang="en")))
    assert usual["six"] == pytest.approx(4.0)


def test_pieces_of_german_compounds_do_not_count_as_words() -> None:
    german = weigh(count_document(document(1, "Paketverwaltung", lang="de")))
    english = weigh(count_document(document(1, "paketverwaltung", lang="en")))
    assert "~verwa" in german and not any(term.startswith("~") for term in english)
    assert german["paketverwalt"] == pytest.approx(english["paketverwaltung"])
    assert math.isclose(german["~verwa"], german["paketverwalt"])
