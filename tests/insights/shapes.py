"""Communities of any shape, written straight into the tables and derived by the forum's own recount."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.accounts.models import Person
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Acceptance, Category, MeToo, Outcome, Post, Tag, Thread, ThreadTag
from app.forum.services.recounting import recount_all

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PEOPLE, CATEGORIES, TAGS = 5, ("public", "members", "staff"), ("pump", "hose")
WORDS = ("", "", "solved_elsewhere", "needs_info", "likely", "refuted", "no_longer_relevant")
# Minutes around the limits that figures know: hours, days, months.
AGES = (0, 1, 59, 60, 61, 1439, 1440, 1441, 4320, 4321, 10_080, 43_199, 43_200, 43_201, 90_000, 200_000, 500_000)
DELAYS = (0, 1, 59, 60, 61, 300, 1440, 1441, 4320, 5000, 20_000, 100_000)
STATES = ("", "", "", "", "", "held", "hidden", "discussion")


@dataclass(frozen=True)
class AnswerShape:
    """An answer so many minutes after its question; `author` -1: the account is gone. `accepted` is minutes later, or None."""

    after: int
    author: int
    is_official: bool = False
    is_hidden: bool = False
    accepted: int | None = None
    worked: int = 0


@dataclass(frozen=True)
class QuestionShape:
    """A question of so many minutes ago. `word` is the kind of one outcome event `word_after` minutes later."""

    age: int
    author: int = 0
    category: int = 0
    tags: tuple[int, ...] = ()
    state: str = ""
    is_duplicate: bool = False
    closed_after: int | None = None
    me_toos: int = 0
    word: str = ""
    word_after: int = 0
    answers: tuple[AnswerShape, ...] = ()


def answer_shapes() -> st.SearchStrategy[AnswerShape]:
    return st.builds(
        AnswerShape,
        after=st.sampled_from(DELAYS), author=st.integers(-1, PEOPLE - 1), is_official=st.booleans(),
        is_hidden=st.sampled_from((False, False, False, True)), accepted=st.none() | st.sampled_from(DELAYS),
        worked=st.integers(0, 4),
    )  # fmt: skip


def question_shapes() -> st.SearchStrategy[QuestionShape]:
    return st.builds(
        QuestionShape,
        age=st.sampled_from(AGES) | st.integers(0, 600_000), author=st.integers(-1, PEOPLE - 1), category=st.integers(0, 2),
        tags=st.sampled_from(((), (0,), (1,), (0, 1))), state=st.sampled_from(STATES),
        is_duplicate=st.sampled_from((False, False, False, True)), closed_after=st.none() | st.sampled_from(DELAYS),
        me_toos=st.integers(0, PEOPLE), word=st.sampled_from(WORDS), word_after=st.sampled_from(DELAYS),
        answers=st.lists(answer_shapes(), max_size=3).map(tuple),
    )  # fmt: skip


def some_shapes(count: int, seed: int = 7) -> list[QuestionShape]:
    """The same mixed community every time, with most questions in the last three months."""
    chance = random.Random(seed)

    def answer() -> AnswerShape:
        return AnswerShape(
            after=chance.choice(DELAYS), author=chance.randint(-1, PEOPLE - 1), is_official=chance.random() < 0.4,
            is_hidden=chance.random() < 0.1, accepted=chance.choice((None, None, 1, 300, 4320)), worked=chance.choice((0, 0, 0, 2)),
        )  # fmt: skip

    def question() -> QuestionShape:
        return QuestionShape(
            age=chance.choice(AGES) if chance.random() < 0.3 else chance.randint(0, 120_000),
            author=chance.randint(-1, PEOPLE - 1), category=chance.choice((0, 0, 1, 2)),
            tags=chance.choice(((), (0,), (1,), (0, 1))), state=chance.choice(STATES), is_duplicate=chance.random() < 0.08,
            closed_after=chance.choice((None, None, None, None, None, 5000)), me_toos=chance.randint(0, PEOPLE),
            word=chance.choice(("", *WORDS)), word_after=chance.choice(DELAYS),
            answers=tuple(answer() for _ in range(chance.choice((0, 1, 1, 2, 3)))),
        )  # fmt: skip

    return [question() for _ in range(count)]


def settle_community(shapes: list[QuestionShape]) -> None:
    """Write a community into the empty database, and derive its figures."""
    with unit_of_work():
        people = [
            Person(name=f"helper{n}", name_key=f"helper{n}", display_name=f"Helper {n}", email=f"p{n}@example.com", role="member")
            for n in range(PEOPLE)
        ]
        categories = [Category(slug=name, name=name.title(), audience=name, position=n) for n, name in enumerate(CATEGORIES)]
        tags = [Tag(name=name) for name in TAGS]
        db.session.add_all([*people, *categories, *tags])
        db.session.flush()
        writer = _Writer([person.id for person in people], [category.id for category in categories], [tag.id for tag in tags])
        for shape in shapes:
            writer.write(shape)
    recount_all()


class _Writer:
    """Writes one question after the other; duplicates lead to the one before."""

    def __init__(self, people: list[int], categories: list[int], tags: list[int]) -> None:
        self.people, self.categories, self.tags = people, categories, tags
        self.last: int | None = None
        self.number = 0

    def person(self, index: int) -> int | None:
        return self.people[index] if index >= 0 else None

    def write(self, shape: QuestionShape) -> None:
        asked = NOW - timedelta(minutes=shape.age)

        def later(minutes: int) -> datetime:
            return min(NOW, asked + timedelta(minutes=minutes))

        self.number += 1
        is_question = shape.state != "discussion"
        thread = Thread(
            kind="question" if is_question else "discussion", title=f"Question {self.number}", slug=f"question-{self.number}",
            category_id=self.categories[shape.category], author_id=self.person(shape.author), created_at=asked,
            last_activity_at=asked, modified_at=asked, status="unanswered" if is_question else "open",
            held_at=asked if shape.state == "held" else None, hidden_at=asked if shape.state == "hidden" else None,
            closed_at=later(shape.closed_after) if shape.closed_after is not None else None,
            duplicate_of_id=self.last if shape.is_duplicate else None,
        )  # fmt: skip
        db.session.add(thread)
        db.session.flush()
        self.last = thread.id
        db.session.add(_post(thread, "opening", thread.author_id, asked))
        db.session.add_all(ThreadTag(thread_id=thread.id, tag_id=self.tags[tag], position=tag) for tag in shape.tags)
        for answer in shape.answers:
            post = _post(thread, "answer" if is_question else "reply", self.person(answer.author), later(answer.after), answer)
            db.session.add(post)
            db.session.flush()
            if is_question:
                _judge(thread, post, answer, later)
        if is_question:
            self.speak(thread, shape, later)

    def speak(self, thread: Thread, shape: QuestionShape, later: Callable[[int], datetime]) -> None:
        others = [person for person in self.people if person != thread.author_id][: shape.me_toos]
        db.session.add_all(MeToo(thread_id=thread.id, person_id=person, created_at=thread.created_at) for person in others)
        if shape.word:
            voice = "system" if shape.word == "likely" else "asker"
            db.session.add(Outcome(thread_id=thread.id, kind=shape.word, voice=voice, created_at=later(shape.word_after)))


def _judge(thread: Thread, post: Post, answer: AnswerShape, later: Callable[[int], datetime]) -> None:
    if answer.accepted is not None:
        at = later(answer.after + answer.accepted)
        event = Outcome(thread_id=thread.id, post_id=post.id, kind="accepted", voice="asker", created_at=at)
        db.session.add(event)
        db.session.flush()
        db.session.add(Acceptance(post_id=post.id, thread_id=thread.id, accepted_at=at, outcome_id=event.id))
        post.accepted_at = at
    for number in range(answer.worked):
        db.session.add(
            Outcome(
                thread_id=thread.id, post_id=post.id, kind="confirmed_by_other", voice="reader", reader_key=f"reader{number}",
                created_at=later(answer.after + 1 + number),
            )
        )  # fmt: skip


def _post(thread: Thread, kind: str, author_id: int | None, at: datetime, answer: AnswerShape | None = None) -> Post:
    return Post(
        thread_id=thread.id, kind=kind, author_id=author_id, body_source="Text", body_html="<p>Text</p>", body_text="Text",
        body_hash="0" * 64, renderer_version=1, created_at=at, is_official=bool(answer and answer.is_official),
        hidden_at=at if answer and answer.is_hidden else None,
    )  # fmt: skip
