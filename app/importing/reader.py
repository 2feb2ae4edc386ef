"""Reads a Stack Exchange dump (`NAME.xml` or `NAME.xml.xz` in one folder) row by row, in memory that does not grow.

Owns opening, decompressing and parsing. Must not touch the database. Bad rows come out as `Skipped` between the good
ones; a file that breaks off gives what was readable and then one `Skipped`. A document type or an entity declaration
is refused: dumps have none, and they are how XML bombs work.
"""

import codecs
import lzma
import re
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.core.errors import Invalid
from app.core.records import Struct
from app.importing.stackexchange_rows import (
    Attributes,
    BadRow,
    CommentRow,
    LinkRow,
    PostRow,
    TagRow,
    UserRow,
    VoteRow,
    VoteType,
    parse_comment,
    parse_link,
    parse_post,
    parse_tag,
    parse_user,
    parse_vote,
)

NAMES = ("Users", "Posts", "Comments", "Votes", "PostLinks", "Tags")
REQUIRED = ("Posts",)
MAX_ROW_CHARACTERS = 16_000_000
"""A single row larger than this is not from a dump; refused before it fills the memory."""

Row = TypeVar("Row")
Progress = Callable[[str, int], None]

_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])|0*(?:[0-8]|1[12]|1[4-9]|2[0-9]|3[01]));", re.IGNORECASE
)
_FORBIDDEN_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class DumpFile(Struct, frozen=True):
    """A file that exists: its name in the dump (`Posts`), where it is, and its size on disk in bytes."""

    name: str
    path: Path
    size: int


class Skipped(Struct, frozen=True):
    """Something that could not be read. `row_id` is the row's Id as written, "" when there is none."""

    file: str
    row_id: str
    reason: str


class VoteTotals(Struct, frozen=True):
    """The votes on one post, added up. `accepted_at`: when the post was first accepted as an answer."""

    post_id: int
    up: int
    down: int
    favourites: int
    close_votes: int
    accepted_at: datetime | None


def probe(directory: Path) -> dict[str, DumpFile]:
    """Return the files of the dump by name, in reading order. Raises Invalid when there is no dump in the folder."""
    if not directory.is_dir():
        raise Invalid(f"{directory} is not a folder.")
    found: dict[str, DumpFile] = {}
    for name in NAMES:
        for candidate in (f"{name}.xml", f"{name}.xml.xz", f"{name.lower()}.xml", f"{name.lower()}.xml.xz"):
            path = directory / candidate
            if path.is_file():
                found[name] = DumpFile(name, path, path.stat().st_size)
                break
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise Invalid(f"{directory} holds no Stack Exchange dump: {missing[0]}.xml (or .xml.xz) is missing.")
    return found


class Dump:
    """One dump. Each method reads its file from the start and yields rows in file order; a missing file has none.

    `on_progress(name, position)` is called now and then with the bytes of the file on disk read so far.
    """

    def __init__(self, directory: Path, on_progress: Progress | None = None) -> None:
        self.files = probe(directory)
        self._on_progress = on_progress or (lambda name, position: None)

    def users(self) -> Iterator[UserRow | Skipped]:
        """Yield the people."""
        return self._rows("Users", parse_user)

    def posts(self) -> Iterator[PostRow | Skipped]:
        """Yield questions, answers and other texts, normally by id; an answer may come before its question."""
        return self._rows("Posts", parse_post)

    def comments(self) -> Iterator[CommentRow | Skipped]:
        """Yield the comments."""
        return self._rows("Comments", parse_comment)

    def links(self) -> Iterator[LinkRow | Skipped]:
        """Yield the links between posts."""
        return self._rows("PostLinks", parse_link)

    def tags(self) -> Iterator[TagRow | Skipped]:
        """Yield the tags."""
        return self._rows("Tags", parse_tag)

    def vote_totals(self) -> Iterator[VoteTotals | Skipped]:
        """Yield bad rows first, then the totals of each post that has votes, by first vote. Memory grows with posts only."""
        tally = _Tally()
        for vote in self._rows("Votes", parse_vote):
            if isinstance(vote, Skipped):
                yield vote
            else:
                tally.add(vote)
        yield from tally.totals()

    def _rows(self, name: str, parse: Callable[[Attributes], Row]) -> Iterator[Row | Skipped]:
        file = self.files.get(name)
        if file is None:
            return
        with file.path.open("rb") as raw:
            for attributes in _elements(file, raw, self._on_progress):
                if isinstance(attributes, Skipped):
                    yield attributes
                    continue
                try:
                    yield parse(Attributes(attributes))
                except BadRow as error:
                    yield Skipped(file.path.name, attributes.get("Id", "")[:40], str(error))
            self._on_progress(name, file.size)


def _elements(file: DumpFile, raw: BufferedReader, on_progress: Progress) -> Iterator[dict[str, str] | Skipped]:
    """Yield the attributes of each `<row>`. Raises Invalid when the file is an attack on the parser."""
    source = lzma.LZMAFile(raw) if file.path.name.endswith(".xz") else raw  # noqa: SIM115 - the caller closes `raw`
    text = _CleanText(file.path.name, source, lambda: on_progress(file.name, raw.tell()))
    last = ""
    root: Element | None = None
    try:
        for event, element in iterparse(text, events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = element
            elif event == "end":
                if element.tag == "row":
                    text.start_row()
                    last = element.get("Id", "")
                    yield dict(element.attrib)
                root.clear()
    except DefusedXmlException:
        raise Invalid(f"{file.path.name} declares a document type or entities, which dumps never do. Refused.") from None
    except (ParseError, lzma.LZMAError, EOFError) as error:
        yield Skipped(file.path.name, "", f"the file breaks off after row {last[:40] or '(none)'}: {error}")


class _CleanText:
    """A file for the parser: decodes UTF-8 and takes out what XML forbids, so that one bad byte does not end the import."""

    def __init__(self, name: str, source: BufferedReader | lzma.LZMAFile, on_read: Callable[[], None]) -> None:
        self._name = name
        self._source = source
        self._on_read = on_read
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._held = ""
        self._since_row = 0

    def start_row(self) -> None:
        """Note that a row ended."""
        self._since_row = 0

    def read(self, size: int = -1) -> str:
        """Return some text, "" at the end. Raises Invalid when a row has no end."""
        while True:
            data = self._source.read1(1 << 16)
            self._on_read()
            text = self._held + self._decoder.decode(data, final=not data)
            self._held = ""
            cut = text.rfind("&", max(0, len(text) - 12)) if data else -1
            if cut >= 0 and ";" not in text[cut:]:
                text, self._held = text[:cut], text[cut:]
            self._since_row += len(text)
            if self._since_row > MAX_ROW_CHARACTERS:
                raise Invalid(f"{self._name} holds a row of more than {MAX_ROW_CHARACTERS:,} characters. Refused.")
            if text or not data:
                return _FORBIDDEN_CHARACTER.sub("\ufffd", _FORBIDDEN_REFERENCE.sub("\ufffd", text))


class _Tally:
    """Votes added up in flat arrays: some ten bytes a post and type instead of an object a vote."""

    _TYPES = (VoteType.UP, VoteType.DOWN, VoteType.FAVOURITE, VoteType.CLOSE)

    def __init__(self) -> None:
        self._index: dict[int, int] = {}
        self._accepted_at: dict[int, datetime] = {}
        self._counts = {int(vote_type): array("L") for vote_type in self._TYPES}

    def add(self, vote: VoteRow) -> None:
        """Count one vote; types that mean nothing here are left out."""
        if vote.type_id not in self._counts and vote.type_id != VoteType.ACCEPTED:
            return
        at = self._index.setdefault(vote.post_id, len(self._index))
        for counts in self._counts.values():
            if at == len(counts):
                counts.append(0)
        if vote.type_id == VoteType.ACCEPTED:
            known = self._accepted_at.get(vote.post_id, vote.created_at)
            self._accepted_at[vote.post_id] = min(known, vote.created_at)
        else:
            self._counts[vote.type_id][at] += 1

    def totals(self) -> Iterator[VoteTotals]:
        """Yield the sums, one post at a time."""
        up, down, favourites, close = (self._counts[int(vote_type)] for vote_type in self._TYPES)
        for post_id, at in self._index.items():
            yield VoteTotals(post_id, up[at], down[at], favourites[at], close[at], self._accepted_at.get(post_id))
