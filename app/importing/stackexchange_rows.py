"""What a row of a Stack Exchange dump says, as typed values.

Owns the meaning of attributes: numbers, dates, tags, entities in titles. Must not read files or know our tables. E-mail
hashes are never looked at.

A row without what it cannot do without raises `BadRow`; an optional value that makes no sense is left out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from html import unescape

from app.core.records import Struct
from app.core.text import clean_line, clean_text

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_ANGLE_TAG = re.compile(r"<([^<>]+)>")


class BadRow(Exception):
    """The row cannot be used; the text says why."""


class PostKind(StrEnum):
    """What a post is. Wiki texts of tags, nominations and the like are `OTHER`."""

    QUESTION = "question"
    ANSWER = "answer"
    OTHER = "other"


class VoteType(IntEnum):
    """The votes that mean something here (`VoteTypeId`)."""

    ACCEPTED = 1
    UP = 2
    DOWN = 3
    FAVOURITE = 5
    CLOSE = 6


class UserRow(Struct, frozen=True):
    """A person. `id` -1 is the site itself; `about_html` is HTML."""

    id: int
    name: str
    created_at: datetime
    last_seen_at: datetime | None
    reputation: int
    about_html: str
    website: str
    location: str


class PostRow(Struct, frozen=True):
    """A question, an answer or another text. `body_html` is HTML.

    `parent_id` is the question of an answer (None when the dump lost it). `owner_id` is None when the author's account is
    gone or was never there; `owner_name` may still name them. `views` are of the whole lifetime.
    """

    id: int
    kind: PostKind
    created_at: datetime
    parent_id: int | None
    accepted_answer_id: int | None
    score: int
    views: int
    title: str
    body_html: str
    tags: tuple[str, ...]
    owner_id: int | None
    owner_name: str
    edited_at: datetime | None
    active_at: datetime | None
    closed_at: datetime | None
    community_owned_at: datetime | None
    license: str


class CommentRow(Struct, frozen=True):
    """A short note under a post. `text` is the Markdown its author typed."""

    id: int
    post_id: int
    created_at: datetime
    text: str
    score: int
    owner_id: int | None
    owner_name: str


class VoteRow(Struct, frozen=True):
    """One vote, only used to add up."""

    id: int
    post_id: int
    type_id: int
    created_at: datetime


class LinkRow(Struct, frozen=True):
    """One post refers to another; `is_duplicate` when it was closed in favour of it."""

    id: int
    post_id: int
    related_id: int
    is_duplicate: bool
    created_at: datetime | None


class TagRow(Struct, frozen=True):
    """A tag. The excerpt and wiki are posts of kind OTHER."""

    id: int
    name: str
    count: int
    excerpt_post_id: int | None
    wiki_post_id: int | None


class Attributes:
    """The attributes of one row, read as what they should be."""

    def __init__(self, raw: Mapping[str, str]) -> None:
        self._raw = raw

    def number(self, name: str) -> int:
        """Return a whole number. Raises BadRow when it is missing or not one."""
        value = self.optional_number(name)
        if value is None:
            raise BadRow(f"{name} is missing" if name not in self._raw else f"{name} is not a number")
        return value

    def id(self, name: str = "Id") -> int:
        """Return a positive id. Raises BadRow when it is missing or not one."""
        value = self.number(name)
        if value <= 0:
            raise BadRow(f"{name} is not positive")
        return value

    def optional_number(self, name: str) -> int | None:
        """Return a whole number, or None when it is missing or not one."""
        value = self._raw.get(name, "").strip()
        return int(value) if _INTEGER.fullmatch(value) else None

    def count(self, name: str) -> int:
        """Return a number that cannot be below 0; 0 when it is missing or not one."""
        return max(0, self.optional_number(name) or 0)

    def moment(self, name: str) -> datetime:
        """Return an aware UTC time. Raises BadRow when it is missing or not a date."""
        value = self.optional_moment(name)
        if value is None:
            raise BadRow(f"{name} is missing" if name not in self._raw else f"{name} is not a date")
        return value

    def optional_moment(self, name: str) -> datetime | None:
        """Return an aware UTC time, or None. Dumps write no zone and mean UTC."""
        try:
            value = datetime.fromisoformat(self._raw.get(name, "").strip())
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def line(self, name: str) -> str:
        """Return cleaned text on one line, "" when missing."""
        return clean_line(self._raw.get(name, ""))

    def text(self, name: str) -> str:
        """Return cleaned text, "" when missing."""
        return clean_text(self._raw.get(name, ""))


def parse_user(row: Attributes) -> UserRow:
    """Return the person of a row of Users.xml. Raises BadRow."""
    return UserRow(
        id=row.number("Id"),
        name=row.line("DisplayName"),
        created_at=row.moment("CreationDate"),
        last_seen_at=row.optional_moment("LastAccessDate"),
        reputation=row.optional_number("Reputation") or 0,
        about_html=row.text("AboutMe"),
        website=row.line("WebsiteUrl"),
        location=row.line("Location"),
    )


def parse_post(row: Attributes) -> PostRow:
    """Return the post of a row of Posts.xml. Raises BadRow."""
    kind = {1: PostKind.QUESTION, 2: PostKind.ANSWER}.get(row.number("PostTypeId"), PostKind.OTHER)
    title = clean_line(unescape(row.line("Title")))
    if kind is PostKind.QUESTION and not title:
        raise BadRow("Title is missing")
    return PostRow(
        id=row.id(),
        kind=kind,
        created_at=row.moment("CreationDate"),
        parent_id=row.optional_number("ParentId") if kind is PostKind.ANSWER else None,
        accepted_answer_id=row.optional_number("AcceptedAnswerId") if kind is PostKind.QUESTION else None,
        score=row.optional_number("Score") or 0,
        views=row.count("ViewCount"),
        title=title,
        body_html=row.text("Body"),
        tags=parse_tags(row.line("Tags")),
        owner_id=row.optional_number("OwnerUserId"),
        owner_name=row.line("OwnerDisplayName"),
        edited_at=row.optional_moment("LastEditDate"),
        active_at=row.optional_moment("LastActivityDate"),
        closed_at=row.optional_moment("ClosedDate"),
        community_owned_at=row.optional_moment("CommunityOwnedDate"),
        license=row.line("ContentLicense"),
    )


def parse_comment(row: Attributes) -> CommentRow:
    """Return the comment of a row of Comments.xml. Raises BadRow."""
    text = row.text("Text").strip()
    if not text:
        raise BadRow("Text is missing")
    return CommentRow(
        id=row.id(),
        post_id=row.id("PostId"),
        created_at=row.moment("CreationDate"),
        text=text,
        score=row.optional_number("Score") or 0,
        owner_id=row.optional_number("UserId"),
        owner_name=row.line("UserDisplayName"),
    )


def parse_vote(row: Attributes) -> VoteRow:
    """Return the vote of a row of Votes.xml. Raises BadRow."""
    return VoteRow(row.id(), row.id("PostId"), row.number("VoteTypeId"), row.moment("CreationDate"))


def parse_link(row: Attributes) -> LinkRow:
    """Return the link of a row of PostLinks.xml. Raises BadRow."""
    return LinkRow(
        id=row.id(),
        post_id=row.id("PostId"),
        related_id=row.id("RelatedPostId"),
        is_duplicate=row.number("LinkTypeId") == 3,
        created_at=row.optional_moment("CreationDate"),
    )


def parse_tag(row: Attributes) -> TagRow:
    """Return the tag of a row of Tags.xml. Raises BadRow."""
    name = row.line("TagName")
    if not name:
        raise BadRow("TagName is missing")
    return TagRow(
        id=row.id(),
        name=name,
        count=row.count("Count"),
        excerpt_post_id=row.optional_number("ExcerptPostId"),
        wiki_post_id=row.optional_number("WikiPostId"),
    )


def parse_tags(value: str) -> tuple[str, ...]:
    """Return the tag names in `<a><b>` (older dumps) or `|a|b|`, each once, in order."""
    names = _ANGLE_TAG.findall(value) if "<" in value else value.split("|")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
