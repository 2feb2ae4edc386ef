"""Every knowledge figure, and the list behind it, against plain Python over all rows, for knowledge bases of any shape."""

from __future__ import annotations

import pytest
from flask import Flask

from app.insights.knowledge_metrics import KNOWLEDGE
from app.insights.queries.knowledge import load_knowledge
from app.insights.scope import Scope
from tests.insights.knowledge_reference import FIGURES, Everything, amounts_of, few_of, value_of
from tests.insights.knowledge_shapes import settle_library
from tests.insights.test_reference import make_scope

SEEDS = range(3)
SCOPES = (
    ("all",), ("30d",), ("90d", "moderator"), ("all", "staff", "Pacific/Auckland"), ("all", "all", "UTC", "public"),
    ("90d", "moderator", "UTC", "", "pump"), ("2026", "all", "UTC", "staff", "pump"),
)  # fmt: skip


def check(scope: Scope) -> None:
    """Compare every figure of a scope, and the list that it opens, with the reference."""
    everything, knowledge = Everything(scope), load_knowledge(scope)
    for key, metric in KNOWLEDGE.items():
        amounts, figure = amounts_of(metric.predicate.key, everything), knowledge.figures[key]
        assert figure.value == pytest.approx(value_of(metric, everything), abs=1e-6), key
        assert figure.n == len(amounts), key
        rows = list(metric.iterate(scope))
        assert (
            {row.id: row.amount for row in rows} == amounts if metric.predicate.amount else {r.id for r in rows} == set(amounts)
        ), key
    assert (knowledge.reuse.few, knowledge.reuse.size) == (few_of(everything), len(amounts_of("articles_used", everything)))


def test_there_is_a_rule_for_every_figure():
    assert {predicate.key for metric in KNOWLEDGE.values() for predicate in metric.predicates} == set(FIGURES)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_knowledge_figure_is_what_plain_counting_gives(app: Flask, seed: int) -> None:
    settle_library(seed)
    for words in SCOPES:
        check(make_scope(*words))
    everything = Everything(make_scope("all"))
    assert sum(not amounts_of(key, everything) for key in FIGURES) <= 2, "there is something to count"
