"""The threads and articles that search is measured with: the real ones of the sample data, then as many as wanted made of their
sentences. Deterministic: the same number of threads is the same corpus.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from random import Random

from app.core.records import replace
from app.importing.reader import Dump, Skipped
from app.importing.stackexchange_rows import PostKind, PostRow
from app.search.documents import THREAD, SearchDocument
from bench.judged import load_faq, plain

SITES = ("travel", "beer", "bicycles-meta", "quantumcomputing")
APART = 10_000_000  # ids of one site begin this far behind those of the one before
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_LONGEST = 400  # characters of a sentence: code and lists have no full stops


@dataclass(frozen=True, slots=True)
class Query:
    """What one reader asks in every way: a few words of a title, the whole title, its first letters, and conditions."""

    words: str
    title: str
    body: str
    prefix: str
    tag: str
    status: str


class Corpus:
    """`threads` documents; below the number of real ones the first of them."""

    def __init__(self, data: Path, threads: int, seed: int = 7) -> None:
        self.threads, self.seed = threads, seed
        self.real = list(islice(_real(data), threads))

    def __iter__(self) -> Iterator[SearchDocument]:
        yield from self.real
        random = Random(self.seed)
        for number in range(len(SITES) * APART, len(SITES) * APART + self.threads - len(self.real)):
            yield self._made(random, number)

    @cached_property
    def _sentences(self) -> list[str]:
        texts = (text for found in self.real for text in (found.body, found.answers))
        return [part[:_LONGEST] for text in texts for part in _SENTENCE_END.split(text) if len(part) > 2]

    def _made(self, random: Random, number: int) -> SearchDocument:
        """A thread as long as a real one, of sentences of all, with a title of two halves of titles."""
        like = random.choice(self.real)
        first, second = random.choice(self.real).title.split(), random.choice(self.real).title.split()
        title = " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])
        body, answers = (self._text(random, len(text)) for text in (like.body, like.answers))
        return replace(like, kind=THREAD, id=number, title=title, body=body, answers=answers)

    def _text(self, random: Random, length: int) -> str:
        found: list[str] = []
        while length > 0:
            found.append(random.choice(self._sentences))
            length -= len(found[-1]) + 1
        return " ".join(found)

    def queries(self, count: int) -> list[Query]:
        """Of random real titles; 1 to 4 words each."""
        random = Random(self.seed + 1)
        tagged = [found for found in self.real if found.tags and len(found.title.split()) > 3]
        return [_query(random, random.choice(tagged)) for _ in range(count)]

    def changed(self, count: int) -> list[SearchDocument]:
        """Documents of the corpus as edits leave them, one after the other."""
        chosen = Random(self.seed + 2).sample(self.real, min(count, len(self.real)))
        return [replace(found, body=f"{found.body} Edited once more.") for found in chosen]


def _query(random: Random, found: SearchDocument) -> Query:
    words = [word for word in re.findall(r"\w+", found.title) if len(word) > 2] or [found.title]
    chosen = random.sample(words, min(len(words), random.randint(1, 4)))
    word = random.choice(words)
    prefix = word[: random.randint(2, max(2, len(word) - 1))]
    return Query(" ".join(chosen), found.title, found.body[:2000], prefix, random.choice(found.tags), "solved")


def _real(data: Path) -> Iterator[SearchDocument]:
    """All real threads and articles; what nobody asks for is not read."""
    for number, site in enumerate(SITES):
        yield from _site(data / "stackexchange" / site, number)
    yield from (article for _, article in load_faq(data, "en", titled=True))


def _site(folder: Path, number: int) -> Iterator[SearchDocument]:
    questions: dict[int, PostRow] = {}
    answers: defaultdict[int, list[str]] = defaultdict(list)
    for row in Dump(folder).posts():
        if isinstance(row, Skipped):
            continue
        if row.kind == PostKind.QUESTION:
            questions[row.id] = row
        elif row.kind == PostKind.ANSWER and row.parent_id:
            answers[row.parent_id].append(plain(row.body_html))
    for row in questions.values():
        yield _thread(row, answers[row.id], folder.name, number * APART)


def _thread(row: PostRow, answers: Sequence[str], site: str, base: int) -> SearchDocument:
    is_solved = row.accepted_answer_id is not None
    return SearchDocument(
        kind=THREAD, id=base + row.id, audience="public", category=site,
        status="solved" if is_solved else "answered" if answers else "unanswered", thread_kind="question", tags=row.tags,
        title=row.title, body=plain(row.body_html), answers="\n".join(answers), asked_as="", author=row.owner_name,
        votes=row.score, views=row.views, created_at=row.created_at, active_at=row.active_at or row.created_at, is_solved=is_solved,
    )  # fmt: skip
