"""The rows of an invented community of a given size: what is written, not how. Deterministic but for the moment it ends at.

Yields plain dictionaries by table. Figures that derive from rows are left to the recount.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.core.markup import Rendered, render_inline, render_markdown
from app.core.slugs import slugify
from bench import words

# Answers of a thread and how often: 4.1 on average, some with a whole page and more.
ANSWERS = {0: 8, 1: 15, 2: 17, 3: 17, 4: 13, 5: 9, 6: 8, 8: 5, 12: 5, 19: 2, 26: 1}
SPAN = timedelta(days=700)
FULL_PAGE = 20
PUBLIC = 6
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Size:
    """How much to write. `pool` is the number of distinct texts; `long_threads` are extra threads with that many answers."""

    users: int = 2000
    threads: int = 5000
    pool: int = 2000
    seed: int = 7
    long_threads: tuple[int, ...] = ()

    @property
    def articles(self) -> int:
        """One article for a hundred threads, and at least four."""
        return max(4, self.threads // 100)


@dataclass(frozen=True)
class Texts:
    """Distinct texts, each rendered once, as posting does."""

    posts: list[Rendered]
    comments: list[Rendered]

    @classmethod
    def render(cls, size: Size) -> "Texts":
        random = Random(size.seed + 1)
        posts = [render_markdown(words.markdown(random)) for _ in range(size.pool)]
        comments = [render_inline(words.sentence(random)) for _ in range(max(20, size.pool // 10))]
        return cls(posts, comments)


def body_columns(text: Rendered) -> dict[str, Any]:
    """The columns of a post that hold its text."""
    return {
        "body_source": text.source, "body_html": str(text.html), "body_text": text.text, "body_hash": text.hash,
        "renderer_version": text.version,
    }  # fmt: skip


@dataclass(frozen=True)
class Solved:
    """A public question with an accepted answer: what an article can be built from."""

    thread: int
    post: int
    author: int
    post_hash: str


class Community:
    """Makes the rows in batches of threads. Ids are given here, so that no statement has to ask for them."""

    def __init__(self, size: Size, texts: Texts, end: datetime) -> None:
        self.size, self.texts, self.end = size, texts, end
        self.random = Random(size.seed)
        self.post_id = self.comment_id = self.outcome_id = self.revision_id = 0
        self.solved: list[Solved] = []

    def people(self) -> list[dict[str, Any]]:
        """Accounts with addresses and without passwords."""
        joined = self.end - SPAN
        rows = []
        for number in range(1, self.size.users + 1):
            name = f"{self.random.choice(words.FIRST_NAMES)}.{self.random.choice(words.LAST_NAMES)}{number}"
            rows.append(
                {"id": number, "name": name, "name_key": name, "display_name": name.replace(".", " ").title(),
                 "email": f"{name}@pierbook.example", "trust": self.random.choice((0, 0, 1, 2)), "created_at": joined}
            )  # fmt: skip
        return rows

    def places(self) -> Rows:
        """Categories (the last two are not public), tags and sections."""
        named = [(name, "public") for name in words.CATEGORIES] + [("Captains' table", "members"), ("Dry dock", "staff")]
        categories = [
            {"id": number, "slug": slugify(name), "name": name, "description": f"About {name.lower()}.", "position": number,
             "audience": audience}
            for number, (name, audience) in enumerate(named, start=1)
        ]  # fmt: skip
        tags = [{"id": number, "name": name} for number, name in enumerate(words.THINGS, start=1)]
        sections = [
            {"id": number, "slug": slug, "title": slug.title(), "description": "", "position": number}
            for number, slug in enumerate(("setting-up", "selling", "sailing", "accounting"), start=1)
        ]
        return {"category": categories, "tag": tags, "section": sections}

    def threads(self) -> Iterator[Rows]:
        """Batches of threads with everything that hangs on them, oldest first."""
        step = SPAN / (self.size.threads + 1)
        numbers = [self._answers() for _ in range(self.size.threads)] + list(self.size.long_threads)
        rows: Rows = {}
        for number, answers in enumerate(numbers, start=1):
            is_extra = number > self.size.threads
            created = self.end - timedelta(days=2) if is_extra else self.end - SPAN + number * step
            self._thread(rows, number, answers, created)
            if number % 250 == 0:
                yield rows
                rows = {}
        yield rows

    def _answers(self) -> int:
        return self.random.choices(list(ANSWERS), list(ANSWERS.values()))[0]

    def _person(self) -> int:
        return self.random.randint(1, self.size.users)

    def _thread(self, rows: Rows, number: int, answers: int, created: datetime) -> None:
        random = self.random
        is_question = answers >= FULL_PAGE or random.random() < 0.9
        title = f"{words.title(random)} ({number})"
        author, opening = self._person(), random.choice(self.texts.posts)
        category = random.choices(range(1, 9), (20, 18, 16, 14, 12, 14, 4, 2))[0] if answers < FULL_PAGE - 1 else 1
        add(rows, "thread", {
            "id": number, "kind": "question" if is_question else "discussion", "title": title, "slug": slugify(title),
            "category_id": category, "author_id": author, "created_at": created, "last_activity_at": created,
            "modified_at": created, "status": "unanswered" if is_question else "open", "excerpt": opening.excerpt,
        })  # fmt: skip
        tags = list(dict.fromkeys(words.tag(random) for _ in range(random.randint(1, 4))))
        for position, name in enumerate(tags):
            add(rows, "thread_tag", {"thread_id": number, "tag_id": words.THINGS.index(name) + 1, "position": position})
        head = {"title": title, "tags": " ".join(tags)}
        self._post(rows, number, "opening", author, created, opening, head)
        self._answer(rows, number, answers, created)
        self._reading(rows, number, created)

    def _answer(self, rows: Rows, thread: int, answers: int, created: datetime) -> None:
        random, moment, head = self.random, created, rows["thread"][-1]
        author, is_question = head["author_id"], head["kind"] == "question"
        accepted = random.randint(1, answers) if is_question and answers and random.random() < 0.5 else 0
        followers = {author}
        for place in range(1, answers + 1):
            moment = min(self.end, moment + timedelta(minutes=random.randint(2, 900)))
            person, text = self._person(), random.choice(self.texts.posts)
            post = self._post(rows, thread, "answer" if is_question else "reply", person, moment, text, {})
            followers.add(person)
            if place == accepted:
                self._accept(rows, thread, post, author, moment)
                if head["category_id"] <= PUBLIC:
                    self.solved.append(Solved(thread, post, person, text.hash))
        for person in followers:
            add(rows, "follow", {"thread_id": thread, "person_id": person, "created_at": created})
        for person in {self._person() for _ in range(random.choice((0, 0, 0, 1, 2, 5)))} - {author} if is_question else ():
            add(rows, "me_too", {"thread_id": thread, "person_id": person, "created_at": created})

    def _post(
        self, rows: Rows, thread: int, kind: str, author: int, moment: datetime, text: Rendered, head: dict[str, Any]
    ) -> int:
        random = self.random
        self.post_id += 1
        post = {"id": self.post_id, "thread_id": thread, "kind": kind, "author_id": author, "created_at": moment}
        add(rows, "post", {**post, **body_columns(text), "accepted_at": None})
        add(rows, "post_revision", {
            "id": self.post_id, "post_id": self.post_id, "number": 1, "title": "", "tags": "", "body_source": text.source,
            "body_hash": text.hash, "editor_id": author, "created_at": moment, **head,
        })  # fmt: skip
        for person in {self._person() for _ in range(random.choice((0, 0, 1, 1, 2, 5)))} - {author}:
            value = 1 if random.random() < 0.9 else -1
            add(rows, "vote", {"post_id": self.post_id, "person_id": person, "value": value, "created_at": moment})
        for _ in range(random.choice((0, 0, 0, 0, 1, 2))):
            self._comment(rows, moment)
        return self.post_id

    def _comment(self, rows: Rows, moment: datetime) -> None:
        self.comment_id += 1
        text = self.random.choice(self.texts.comments)
        add(rows, "comment", {
            "id": self.comment_id, "post_id": self.post_id, "author_id": self._person(), "body_source": text.source,
            "body_html": str(text.html), "body_text": text.text, "created_at": moment,
        })  # fmt: skip

    def _accept(self, rows: Rows, thread: int, post: int, person: int, moment: datetime) -> None:
        event = {"thread_id": thread, "post_id": post, "created_at": moment}
        accepting = self._outcome(rows, {**event, "kind": "accepted", "voice": "asker", "actor_id": person, "reader_key": ""})
        add(rows, "acceptance", {
            "thread_id": thread, "post_id": post, "accepted_by_id": person, "accepted_at": moment, "outcome_id": accepting,
        })  # fmt: skip
        rows["post"][-1]["accepted_at"] = moment
        for number in range(self.random.choice((0, 0, 0, 1, 3, 9))):
            kind = "confirmed_by_other" if self.random.random() < 0.9 else "refuted"
            word = {"kind": kind, "voice": "reader", "actor_id": None, "reader_key": f"{post}-{number}"}
            self._outcome(rows, {**event, **word, "created_at": min(self.end, moment + timedelta(days=number + 1))})

    def _outcome(self, rows: Rows, event: dict[str, Any]) -> int:
        self.outcome_id += 1
        add(rows, "outcome", {"id": self.outcome_id, **event})
        return self.outcome_id

    def _reading(self, rows: Rows, thread: int, created: datetime) -> None:
        """Views of the last weeks for two threads of five, and a total for all."""
        random, recent = self.random, 0
        if random.random() < 0.4:
            for back in random.sample(range(28), random.randint(1, 6)):
                day, views = (self.end - timedelta(days=back)).date(), random.randint(1, 30)
                if day >= created.date():
                    add(rows, "pageview_day", {"kind": "thread", "target_id": thread, "day": day, "views": views})
                    recent += views
        total = {"kind": "thread", "target_id": thread, "views": recent + random.randint(0, 400)}
        add(rows, "pageview_total", total)

    def articles(self) -> Rows:
        """Published articles, each built from one solved thread. Call it after `threads`."""
        rows: Rows = {}
        random, end = self.random, self.end
        for number, source in enumerate(self.solved[-self.size.articles :], start=1):
            body = render_markdown(words.article(random), top_level=2)
            title = f"{words.title(random)} (guide {number})"
            said = {"summary": words.sentence(random), "asked_as": words.title(random), "applies_to": "Pierbook 4"}
            words_of_it = {"title": title, **said}
            shown = {"body_html": str(body.html), "body_text": body.text, "toc": [list(item) for item in body.toc]}
            stamp = end - timedelta(days=number % 90)
            owner = random.randint(1, self.size.users)
            add(rows, "article", {
                "id": number, "section_id": number % 4 + 1, "slug": slugify(title), "state": "published", "owner_id": owner,
                "revision": 1, "published_revision": 1, "created_at": stamp, "published_at": stamp, "modified_at": stamp,
                "verified_at": stamp, "verified_by_id": owner, **words_of_it, **shown,
            })  # fmt: skip
            add(rows, "article_revision", {
                "id": number, "article_id": number, "number": 1, "body_source": body.source, "renderer_version": body.version,
                "editor_id": owner, "created_at": stamp, "audience": "public", **words_of_it, **shown,
            })  # fmt: skip
            add(rows, "article_source", {
                "id": number, "article_id": number, "thread_id": source.thread, "post_id": source.post, "post_revision": 1,
                "post_hash": source.post_hash, "author_id": source.author, "role": "solution", "position": 0,
                "was_accepted": True,
            })  # fmt: skip
        return rows


def add(rows: Rows, table: str, row: dict[str, Any]) -> None:
    """Append a row to its table's list."""
    rows.setdefault(table, []).append(row)
