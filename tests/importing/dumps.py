"""Hand-made Stack Exchange dumps for tests, and pictures of the whole database to compare."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import sqlalchemy as sa

from app.core.db import db


def at(day: int) -> str:
    """A moment of that day as dumps write it."""
    return f"2014-03-{day:02}T10:00:00.123"


USERS: list[dict[str, Any]] = [
    {"Id": -1, "CreationDate": at(1), "DisplayName": "Community", "AboutMe": "<p>I am not really a person.</p>"},
    {
        "Id": 1, "CreationDate": at(2), "DisplayName": "Ann O'Malley", "WebsiteUrl": "https://ann.example/",
        "AboutMe": "<p>Brews <b>beer</b>.</p>", "EmailHash": "d41d8cd98f00b204e9800998ecf8427e", "Reputation": 101,
    },
    {"Id": 2, "CreationDate": at(3), "DisplayName": "ann o malley", "WebsiteUrl": "javascript:alert(1)"},
    {"Id": 3, "CreationDate": at(3), "DisplayName": "Admin"},
    {"Id": 4, "CreationDate": at(3), "DisplayName": "蓝云"},
    {"Id": 5, "CreationDate": at(3), "DisplayName": "!"},
]  # fmt: skip
POSTS: list[dict[str, Any]] = [
    {
        "Id": 10, "PostTypeId": 1, "CreationDate": at(5), "Score": 4, "ViewCount": 900, "OwnerUserId": 1,
        "AcceptedAnswerId": 12, "Title": "Why does my stout taste of <code> & iron?",
        "Tags": "<stout><water-quality>", "LastActivityDate": at(9),
        "LastEditDate": at(6),
        "Body": "<p>Tastes of <strong>iron</strong>.</p>\n<pre><code>def taste():\n    return 'iron &amp; rust'\n</code></pre>",
    },
    {
        "Id": 11, "PostTypeId": 2, "ParentId": 10, "CreationDate": at(6), "Score": -2, "OwnerUserId": 2,
        "Body": "<p>Drink faster.</p>",
    },
    {
        "Id": 12, "PostTypeId": 2, "ParentId": 10, "CreationDate": at(7), "Score": 9, "OwnerUserId": 3,
        "Body": "<p>Your water is hard: see <a href=\"https://water.example/\">here</a>.</p>",
    },
    {
        "Id": 13, "PostTypeId": 1, "CreationDate": at(8), "Score": -1, "ViewCount": 20, "OwnerDisplayName": "user99",
        "Title": "Iron taste?", "Tags": "|stout|", "ClosedDate": at(9), "Body": "<p>Metallic taste</p>",
    },
    {
        "Id": 14, "PostTypeId": 1, "CreationDate": at(9), "Score": 0, "ViewCount": 7, "OwnerUserId": 4,
        "Title": "Metal taste again", "Tags": "<stout>", "Body": "<p>Same here</p>",
    },
    {
        "Id": 15, "PostTypeId": 1, "CreationDate": at(9), "Score": 1, "ViewCount": 11, "OwnerUserId": -1,
        "Title": "Best glass for a wheat beer", "Tags": "<glassware>", "ClosedDate": at(12), "AcceptedAnswerId": 999,
        "Body": "<p>Which one?</p>", "CommunityOwnedDate": at(10),
    },
    {"Id": 16, "PostTypeId": 2, "CreationDate": at(9), "Score": 1, "OwnerUserId": 1, "Body": "<p>Lost its question</p>"},
    {"Id": 17, "PostTypeId": 2, "ParentId": 555, "CreationDate": at(9), "Score": 1, "OwnerUserId": 1, "Body": "<p>Too</p>"},
    {"Id": 20, "PostTypeId": 5, "CreationDate": at(4), "Score": 0, "OwnerUserId": 1, "Body": "<p>All about stout.</p>"},
    {"Id": 21, "PostTypeId": 4, "CreationDate": at(4), "Score": 0, "OwnerUserId": 1, "Body": "Dark beers from roasted malt."},
    {"Id": 22, "PostTypeId": 4, "CreationDate": at(4), "Score": 0, "OwnerUserId": 1, "Body": ""},
    {"Id": 23, "PostTypeId": 6, "CreationDate": at(4), "Score": 0, "OwnerUserId": 1, "Body": "<p>Vote for me</p>"},
]  # fmt: skip
COMMENTS: list[dict[str, Any]] = [
    {"Id": 30, "PostId": 10, "CreationDate": at(6), "Text": "Which *water* do you use? Is it <b> or `<br>`?", "UserId": 3},
    {"Id": 31, "PostId": 12, "CreationDate": at(8), "Text": "Thanks, that was it!", "UserId": 1, "Score": 0},
    {"Id": 32, "PostId": 16, "CreationDate": at(8), "Text": "Lost too", "UserId": 1, "Score": 0},
    {"Id": 33, "PostId": 13, "CreationDate": at(8), "Text": "From somebody who left", "UserDisplayName": "user99", "Score": 0},
]  # fmt: skip
VOTES: list[dict[str, Any]] = [
    *({"Id": 40 + n, "PostId": 10, "VoteTypeId": 2, "CreationDate": at(6)} for n in range(5)),
    {"Id": 50, "PostId": 10, "VoteTypeId": 3, "CreationDate": at(6)},
    {"Id": 51, "PostId": 10, "VoteTypeId": 5, "UserId": 1, "CreationDate": at(6)},
    {"Id": 52, "PostId": 12, "VoteTypeId": 1, "CreationDate": "2014-03-09T00:00:00.000"},
    *({"Id": 60 + n, "PostId": 12, "VoteTypeId": 2, "CreationDate": at(8)} for n in range(8)),
    *({"Id": 70 + n, "PostId": 11, "VoteTypeId": 3, "CreationDate": at(8)} for n in range(2)),
    {"Id": 80, "PostId": 777, "VoteTypeId": 2, "CreationDate": at(8)},
    {"Id": 81, "PostId": 15, "VoteTypeId": 16, "CreationDate": at(8)},
]  # fmt: skip
LINKS: list[dict[str, Any]] = [
    {"Id": 90, "PostId": 13, "RelatedPostId": 10, "LinkTypeId": 3, "CreationDate": at(9)},
    {"Id": 91, "PostId": 14, "RelatedPostId": 13, "LinkTypeId": 3, "CreationDate": at(10)},
    {"Id": 92, "PostId": 10, "RelatedPostId": 14, "LinkTypeId": 3, "CreationDate": at(11)},
    {"Id": 93, "PostId": 14, "RelatedPostId": 15, "LinkTypeId": 3, "CreationDate": at(11)},
    {"Id": 94, "PostId": 15, "RelatedPostId": 888, "LinkTypeId": 3, "CreationDate": at(11)},
    {"Id": 95, "PostId": 15, "RelatedPostId": 10, "LinkTypeId": 1, "CreationDate": at(11)},
]  # fmt: skip
TAGS: list[dict[str, Any]] = [
    {"Id": 1, "TagName": "stout", "Count": 3, "ExcerptPostId": 21, "WikiPostId": 20},
    {"Id": 2, "TagName": "water-quality", "Count": 1},
    {"Id": 3, "TagName": "glassware", "Count": 1, "ExcerptPostId": 22},
    {"Id": 4, "TagName": "never-used", "Count": 0},
    {"Id": 5, "TagName": "not a tag!", "Count": 0},
]  # fmt: skip
FILES = {"Users": USERS, "Posts": POSTS, "Comments": COMMENTS, "Votes": VOTES, "PostLinks": LINKS, "Tags": TAGS}


def write_file(folder: Path, name: str, rows: list[dict[str, Any]], extra: str = "", prologue: str = "") -> None:
    """Write one file of a dump; `extra` stands raw before the end, `prologue` before the root."""
    lines = [f"  <row {' '.join(f'{key}={quoteattr(str(value))}' for key, value in row.items())} />" for row in rows]
    root = name.lower()
    text = "\n".join(['<?xml version="1.0" encoding="utf-8"?>', prologue, f"<{root}>", *lines, extra, f"</{root}>", ""])
    (folder / f"{name}.xml").write_text(text, encoding="utf-8")


def write_dump(folder: Path, **changed: list[dict[str, Any]]) -> Path:
    """Write the hand-made dump, with other rows for the files named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (FILES | changed).items():
        write_file(folder, name, rows)
    return folder


def picture(*without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables but those named, and but the log of changes, which has a row for each time something was written."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in {*without, "page_change"}]
    return {table.name: sorted((tuple(row) for row in db.session.execute(sa.select(table))), key=repr) for table in tables}


def without_ids(rows: list[tuple[Any, ...]]) -> list[str]:
    """Return rows as text with numbers blanked: databases may leave gaps between ids after a rollback."""
    return sorted(re.sub(r"\b\d+\b", "#", repr(row)) for row in rows)
