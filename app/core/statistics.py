"""Formulas for figures about a community: intervals of shares and of their differences, and waiting times in which some still wait. Pure."""

from collections.abc import Iterable, Sequence
from math import sqrt

from app.core.records import Struct

# Quantile of the normal distribution for two-sided 95 % intervals.
Z95 = 1.959963984540054


def wilson_interval(hits: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Return the score interval (low, high) of a share of which `hits` of `total` were seen; (0, 1) when nothing was.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212.
    Raises ValueError unless 0 <= hits <= total.
    """
    if not 0 <= hits <= total:
        raise ValueError("hits must lie between 0 and total")
    if total == 0:
        return 0.0, 1.0
    share, square = hits / total, z * z
    middle = share + square / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    low, high = (middle - spread) / (1 + square / total), (middle + spread) / (1 + square / total)
    return (0.0 if hits == 0 else low), (1.0 if hits == total else high)


def newcombe_interval(hits: int, total: int, other_hits: int, other_total: int) -> tuple[float, float, float]:
    """Return the difference of two independent shares (the first less the other) and its 95 % interval: (difference, low, high).

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
    Statistics in Medicine 17 (1998), 873-890, method 10: made from the score intervals of both, so it keeps its level for few
    rows and for shares near 0 and 1. Raises ValueError unless both totals are above 0 and hits lie within them.
    """
    if total <= 0 or other_total <= 0:
        raise ValueError("there is no share of nothing")
    (low, high), (other_low, other_high) = wilson_interval(hits, total), wilson_interval(other_hits, other_total)
    share, other = hits / total, other_hits / other_total
    difference = share - other
    below = sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return difference, max(-1.0, difference - below), min(1.0, difference + above)


class Step(Struct, frozen=True):
    """One step of a survival curve: at `time` `ended` of `at_risk` ended; `share` still waits afterwards."""

    time: float
    at_risk: int
    ended: int
    share: float


def survival_curve(times: Iterable[tuple[float, bool]]) -> tuple[Step, ...]:
    """Return the Kaplan-Meier estimate of the share that still waits, one step for each time at which something ended.

    `times` are (time, has ended); one that has not ended is censored: known to have waited at least so long. Those censored
    at the very time of a step still count as at risk there.
    Source: E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958), 457-481.
    """
    ordered = sorted(times)
    steps: list[Step] = []
    share, at_risk, index = 1.0, len(ordered), 0
    while index < len(ordered):
        time, ended, here = ordered[index][0], 0, 0
        while index < len(ordered) and ordered[index][0] == time:
            ended += ordered[index][1]
            here += 1
            index += 1
        if ended:
            share *= 1 - ended / at_risk
            steps.append(Step(time, at_risk, ended, share))
        at_risk -= here
    return tuple(steps)


def survival_quantile(steps: Sequence[Step], share: float = 0.5) -> float | None:
    """Return the first time at which at most 1 - `share` still waits (0.5: the median), or None when it was never reached."""
    limit = 1 - share + 1e-12
    return next((step.time for step in steps if step.share <= limit), None)


def median(values: Iterable[float]) -> float | None:
    """Return the middle value (the mean of the two middle ones), or None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
