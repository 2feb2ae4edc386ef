"""Shapes of charts: within their frame, in proportion, and few."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics import survival_curve, survival_quantile
from app.insights import charts
from app.insights.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Column, bar, column_chart, count_marks, curve_chart

counts = st.integers(0, 1_000_000)


@given(st.floats(0, 1e9))
def test_axes_of_counts_have_few_round_marks_that_hold_everything(top):
    marks = count_marks(top)
    assert marks[0] == 0 and marks[-1] >= top and 2 <= len(marks) <= 6
    steps = {after - before for before, after in pairwise(marks)}
    assert len(steps) == 1 and re.fullmatch(r"(1|2|25|3|5)0*", str(steps.pop()))


@given(st.lists(st.tuples(counts, counts, counts), max_size=40))
def test_columns_stay_in_their_frame_and_in_proportion(rows):
    names = ("solved", "likely", "rest")
    given_columns = [Column(str(i), tuple(zip(names, row, strict=True)), f"/{i}") for i, row in enumerate(rows)]
    chart = column_chart(given_columns)
    assert len(chart.columns) == len(rows) and len(chart.x_marks) <= charts.X_LABELS
    per_one = None
    for column, row in zip(chart.columns, rows, strict=True):
        assert column.x >= LEFT - 0.01 and column.x + column.width <= WIDTH - RIGHT + 0.01
        for part in column.parts:
            assert part.y >= TOP - 0.05 and part.y + part.height <= HEIGHT - BOTTOM + 0.05
            number = dict(zip(names, row, strict=True))[part.tone]
            if part.height > 20:
                per_one = per_one or part.height / number
                assert part.height / number == pytest.approx(per_one, rel=0.01)
        assert {part.tone for part in column.parts} == {name for name, number in zip(names, row, strict=True) if number}


def test_an_empty_chart_still_has_its_axes():
    assert [mark.label for mark in column_chart([]).y_marks] == ["0", "1"]
    empty = curve_chart([("all", "All", (), None)])
    assert empty.curves == () and len(empty.y_marks) == 5 and empty.x_marks


@given(st.lists(st.tuples(st.floats(0, 3e5), st.booleans()), min_size=1, max_size=300))
def test_curves_rise_from_left_to_right_inside_their_frame(times):
    steps = survival_curve(times)
    chart = curve_chart([("all", "All", steps, survival_quantile(steps))])
    if not steps:
        assert chart.curves == ()
        return
    path = chart.curves[0].path
    xs = [float(x) for x in re.findall(r"[MH]([\d.]+)", path)]
    ys = [float(y) for y in re.findall(r"(?:V|M[\d.]+ )([\d.]+)", path)]
    assert xs == sorted(xs) and xs[0] == LEFT and xs[-1] <= WIDTH - RIGHT + 0.01
    assert ys == sorted(ys, reverse=True) and ys[0] == HEIGHT - BOTTOM and ys[-1] >= TOP - 0.01
    assert ys[-1] == pytest.approx(HEIGHT - BOTTOM - charts.PLOT_HEIGHT * (1 - steps[-1].share), abs=0.01)


def test_a_curve_of_thousands_of_steps_is_drawn_with_few():
    steps = survival_curve((float(hour), True) for hour in range(1, 50_000))
    assert len(curve_chart([("all", "All", steps, None)]).curves[0].path) < 16_000


def test_words_under_a_time_axis_never_touch():
    for last in (0.5, 80.0, 1_400.0, 80_000.0, 1_000_000.0):
        marks = curve_chart([("all", "All", survival_curve([(last, True)]), None)]).x_marks
        assert all(after.at - before.at >= 44 for before, after in pairwise(marks))
        assert len(marks) >= 3


def test_bars_lie_one_after_the_other():
    drawn = bar([("solved", 73), ("likely", 9)], 100, (64, 80))
    assert [(part.x, part.width, part.tone) for part in drawn.parts] == [(0, 73, "solved"), (73, 9, "likely")]
    assert drawn.interval == (64, 80)
    assert bar([("solved", 0)], 0).parts == ()
