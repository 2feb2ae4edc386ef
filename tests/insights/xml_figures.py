"""Figures straight from the XML files of a Stack Exchange dump. Uses none of the application's code, and other formulas.

What is counted is written down on the insights page: questions that are not duplicates of another one in the dump; an answer
counts as a first answer when it is not the asker's own (people who are not in Users.xml are strangers to everybody); the
moment of an acceptance is its vote's, which dumps round down to the day, but never before the answer was written.
"""

from __future__ import annotations

import lzma
import statistics
import xml.etree.ElementTree as ElementTree
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path


@dataclass
class Question:
    """One question with the waits it knows of; moments are aware UTC."""

    id: int
    asked: datetime
    asker: int | None
    closed: datetime | None
    wanted: int | None
    first: datetime | None = None
    first_id: int = 0
    accepted: datetime | None = None
    has_answer: bool = False


@dataclass(frozen=True)
class XmlFigures:
    """Times are hours; medians are None where they are not reached."""

    questions: int
    answered: int
    accepted: int
    solved: int
    unanswered: int
    first_response_known: float | None
    first_response: float | None
    first_response_p90: float | None
    acceptance_time: float | None
    acceptance_time_known: float | None
    solution_time: float | None
    within_24h: int


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with lzma.open(folder / f"{name}.xml.xz", "rb") as file:
        for _event, element in ElementTree.iterparse(file):
            if element.tag == "row":
                yield dict(element.attrib)
            element.clear()


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def read_questions(folder: Path) -> list[Question]:
    """Read the questions with their first answers and acceptances; duplicates are left out."""
    people = {int(row["Id"]) for row in rows(folder, "Users") if int(row["Id"]) > 0}
    questions: dict[int, Question] = {}
    answers: list[tuple[int, int, datetime, int | None]] = []
    for row in rows(folder, "Posts"):
        asked, owner = moment(row["CreationDate"]), int(row.get("OwnerUserId", 0))
        assert asked is not None
        author = owner if owner in people else None
        if row["PostTypeId"] == "1":
            wanted = int(row["AcceptedAnswerId"]) if "AcceptedAnswerId" in row else None
            questions[int(row["Id"])] = Question(int(row["Id"]), asked, author, moment(row.get("ClosedDate")), wanted)
        elif row["PostTypeId"] == "2" and "ParentId" in row:
            answers.append((int(row["ParentId"]), int(row["Id"]), asked, author))
    ticks: dict[int, datetime] = {}
    for row in rows(folder, "Votes"):
        when = moment(row["CreationDate"])
        if row["VoteTypeId"] == "1" and when is not None:
            post = int(row["PostId"])
            ticks[post] = min(when, ticks.get(post, when))
    for parent, answer, written, author in answers:
        question = questions.get(parent)
        if question is None:
            continue
        question.has_answer = True
        if (author is None or author != question.asker) and (question.first is None or written < question.first):
            question.first, question.first_id = written, answer
        if question.wanted == answer:
            question.accepted = max(written, ticks.get(answer, written))
    doubles = duplicates(folder, set(questions))
    return [question for number, question in questions.items() if number not in doubles]


def duplicates(folder: Path, known: set[int]) -> set[int]:
    """Questions closed in favour of another one of the dump; links that would lead in a circle do not count."""
    links = sorted(
        (int(row["Id"]), int(row["PostId"]), int(row["RelatedPostId"]))
        for row in rows(folder, "PostLinks") if row["LinkTypeId"] == "3"
    )  # fmt: skip
    original: dict[int, int] = {}
    for _number, double, target in links:
        if double not in known or target not in known or double in original:
            continue
        end = target
        while end in original:
            end = original[end]
        if end != double:
            original[double] = target
    return set(original)


def hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 3600


def product_limit(ended: Iterable[float], censored: Iterable[float], share: Fraction = Fraction(1, 2)) -> float | None:
    """The time at which at most 1 - share still waits: the product of (1 - deaths / at risk), in exact fractions."""
    deaths = Counter(ended)
    everybody = sorted([*deaths.elements(), *censored])
    left = Fraction(1)
    for time in sorted(deaths):
        at_risk = len(everybody) - bisect_left(everybody, time)
        left *= 1 - Fraction(deaths[time], at_risk)
        if left <= 1 - share:
            return time
    return None


def figures_of(questions: list[Question], now: datetime) -> XmlFigures:
    """All figures of these questions, as somebody saw them at `now`."""
    waits = [(hours(q.asked, q.first or q.closed or now), q.first is not None) for q in questions]
    ticks = [(hours(q.asked, q.accepted or q.closed or now), q.accepted is not None) for q in questions]
    # Here closed questions are closed, whatever was accepted before.
    cures = [(hours(q.asked, q.closed or q.accepted or now), q.accepted is not None and q.closed is None) for q in questions]
    known = [time for time, ended in waits if ended]
    accepted = [time for time, ended in ticks if ended]

    def limit(times: list[tuple[float, bool]], share: Fraction = Fraction(1, 2)) -> float | None:
        return product_limit((t for t, ended in times if ended), (t for t, ended in times if not ended), share)

    return XmlFigures(
        questions=len(questions),
        answered=len(known),
        accepted=len(accepted),
        solved=sum(ended for _time, ended in cures),
        unanswered=len(questions) - len(known),
        first_response_known=statistics.median(known) if known else None,
        first_response=limit(waits),
        first_response_p90=limit(waits, Fraction(9, 10)),
        acceptance_time=limit(ticks),
        acceptance_time_known=statistics.median(accepted) if accepted else None,
        solution_time=limit(cures),
        within_24h=sum(ended and time <= 24 for time, ended in waits),
    )
