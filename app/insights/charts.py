"""Shapes of charts: numbers in, coordinates out. Pure; templates/components/chart.html draws them as SVG by attributes.

All charts are 360 units wide, so that their words can be read on a phone at nearly full size; next to each stands a table with
the same numbers. A `tone` names a class of the style sheet (solved, likely, plain, rest, wait, staff, peer); no colour is named here.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, floor, log, log10

from app.core.i18n import lazy_gettext, separated
from app.core.records import Struct
from app.core.statistics import Step

WIDTH = 360.0
HEIGHT = 170.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 6.0, 8.0, 24.0
PLOT_WIDTH = WIDTH - LEFT - RIGHT
PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
# So many words stand under an axis without touching.
X_LABELS = 6
DAY = 24.0
# Where a time axis has its marks, in hours.
TIME_MARKS = (
    (1 / 6, lazy_gettext("10 min")), (1.0, lazy_gettext("1 h")), (6.0, lazy_gettext("6 h")), (DAY, lazy_gettext("1 day")),
    (7 * DAY, lazy_gettext("1 week")), (30 * DAY, lazy_gettext("1 month")), (182 * DAY, lazy_gettext("½ year")),
    (730 * DAY, lazy_gettext("2 years")), (3652 * DAY, lazy_gettext("10 years")),
)  # fmt: skip


class Mark(Struct, frozen=True):
    """A line and its word on an axis, at a coordinate."""

    at: float
    label: str


class Column(Struct, frozen=True):
    """What one column stands for: its word under the axis, its parts from below as (tone, number), and where it leads."""

    label: str
    parts: tuple[tuple[str, float], ...]
    url: str = ""
    title: str = ""


class Rectangle(Struct, frozen=True):
    """One drawn part."""

    x: float
    y: float
    width: float
    height: float
    tone: str


class DrawnColumn(Struct, frozen=True):
    """A column as drawn; the whole height of the plot leads to `url`."""

    x: float
    width: float
    parts: tuple[Rectangle, ...]
    url: str
    title: str


class ColumnChart(Struct, frozen=True):
    """Stacked columns over time."""

    columns: tuple[DrawnColumn, ...]
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]


class Curve(Struct, frozen=True):
    """One rising step line, as the `d` of an SVG path."""

    path: str
    tone: str
    label: str
    median_x: float | None = None


class CurveChart(Struct, frozen=True):
    """Shares that have ended over a logarithmic time axis."""

    curves: tuple[Curve, ...]
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]


class ParetoChart(Struct, frozen=True):
    """Columns that fall from left to right as shares of the whole, and the line of what they make up together."""

    columns: tuple[DrawnColumn, ...]
    line: str
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]


class Bar(Struct, frozen=True):
    """A bar lying in a row of a table, 100 units wide: parts one after the other, and an interval as (from, to) or none."""

    parts: tuple[Rectangle, ...]
    interval: tuple[float, float] | None = None


def column_chart(columns: Sequence[Column]) -> ColumnChart:
    """Return stacked columns; the axis begins at zero and ends at the next round number."""
    top = max((sum(number for _tone, number in column.parts) for column in columns), default=0)
    marks = count_marks(top)
    scale = PLOT_HEIGHT / marks[-1]
    room = PLOT_WIDTH / max(1, len(columns))
    width = min(28.0, room * 0.72)
    drawn = []
    for index, column in enumerate(columns):
        x, y, parts = LEFT + room * index + (room - width) / 2, HEIGHT - BOTTOM, []
        for tone, number in column.parts:
            height = number * scale
            y -= height
            if number:
                parts.append(Rectangle(_round(x), _round(y), _round(width), _round(height), tone))
        drawn.append(DrawnColumn(_round(LEFT + room * index), _round(room), tuple(parts), column.url, column.title))
    every = ceil(len(columns) / X_LABELS)
    x_marks = tuple(
        Mark(_round(LEFT + room * (index + 0.5)), column.label) for index, column in enumerate(columns) if index % every == 0
    )
    y_marks = tuple(Mark(_round(HEIGHT - BOTTOM - mark * scale), separated(mark)) for mark in marks)
    return ColumnChart(tuple(drawn), x_marks, y_marks)


def pareto_chart(columns: Sequence[Column], whole: float) -> ParetoChart:
    """Return columns, largest first, as shares of `whole`, with the line of their running sum; each has one part."""
    room = PLOT_WIDTH / max(1, len(columns))
    width = min(28.0, room * 0.72)
    drawn, steps, reached = [], [f"M{LEFT:g} {HEIGHT - BOTTOM:g}"], 0.0
    for index, column in enumerate(columns):
        number = sum(part for _tone, part in column.parts)
        reached += number
        top, left = _share_y(number / whole), LEFT + room * index
        part = Rectangle(_round(left + (room - width) / 2), top, _round(width), _round(HEIGHT - BOTTOM - top), column.parts[0][0])
        drawn.append(DrawnColumn(_round(left), _round(room), (part,), column.url, column.title))
        steps.append(f"L{_round(left + room / 2):g} {_share_y(min(1.0, reached / whole)):g}")
    every = ceil(len(columns) / X_LABELS)
    x_marks = tuple(
        Mark(_round(LEFT + room * (index + 0.5)), column.label) for index, column in enumerate(columns) if index % every == 0
    )
    y_marks = tuple(Mark(_share_y(share / 100), f"{share} %") for share in (0, 25, 50, 75, 100))
    return ParetoChart(tuple(drawn), "".join(steps), x_marks, y_marks)


def curve_chart(curves: Sequence[tuple[str, str, Sequence[Step], float | None]]) -> CurveChart:
    """Return rising step lines of (tone, label, survival steps in hours, median in hours or none) over one time axis."""
    last = max((steps[-1].time for _tone, _label, steps, _median in curves if steps), default=DAY)
    start = TIME_MARKS[0][0]
    end = max(last, 7 * DAY) * 1.1

    def place(hours: float) -> float:
        return _round(LEFT + PLOT_WIDTH * log(max(hours, start) / start) / log(end / start))

    drawn = tuple(
        Curve(_step_path(steps, place), tone, label, None if median is None else place(median))
        for tone, label, steps, median in curves
        if steps
    )
    y_marks = tuple(Mark(_share_y(share / 100), f"{share} %") for share in (0, 25, 50, 75, 100))
    inside = [Mark(place(hours), label) for hours, label in TIME_MARKS if hours < end]
    return CurveChart(drawn, _spread(inside), y_marks)


def bar(parts: Sequence[tuple[str, float]], most: float, interval: tuple[float, float] | None = None) -> Bar:
    """Return a lying bar of (tone, number) parts in which `most` is the full width; `interval` is in the same units."""
    scale = 100 / most if most > 0 else 0.0
    x, drawn = 0.0, []
    for tone, number in parts:
        width = number * scale
        if number:
            drawn.append(Rectangle(_round(x), 0.0, _round(width), 8.0, tone))
        x += width
    ends = None if interval is None else (_round(interval[0] * scale), _round(interval[1] * scale))
    return Bar(tuple(drawn), ends)


def count_marks(top: float) -> list[int]:
    """Return the marks of an axis of counts from 0: at most five round numbers, the last at or above `top`, and at least 1."""
    raw = max(1.0, top) / 4
    power = 10 ** floor(log10(raw))
    step = max(1, ceil(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw)))
    return [step * index for index in range(ceil(max(1.0, top) / step) + 1)]


def _step_path(steps: Sequence[Step], place: Callable[[float], float]) -> str:
    """Return the path of a rising step line; steps nearer than half a unit are drawn as one."""
    x, y = LEFT, HEIGHT - BOTTOM
    drawn = [f"M{x:g} {y:g}"]
    for index, step in enumerate(steps):
        here = place(step.time)
        is_last = index == len(steps) - 1
        if not is_last and place(steps[index + 1].time) - here < 0.5 and here - x < 0.5:
            continue
        x = here
        drawn.append(f"H{here:g}V{_share_y(1 - step.share):g}")
    return "".join(drawn)


def _spread(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the marks without those whose words would touch the one before."""
    kept = list(marks[:1])
    for _before, mark in pairwise(marks):
        if mark.at - kept[-1].at >= 44:
            kept.append(mark)
    return tuple(kept)


def _share_y(share: float) -> float:
    return _round(HEIGHT - BOTTOM - PLOT_HEIGHT * share)


def _round(value: float) -> float:
    return round(value, 2)
