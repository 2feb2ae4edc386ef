"""Tags of threads: their normal form, new ones, and putting them on a thread."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.db import db, upsert
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.text import clean_line
from app.forum.models import Tag, Thread, ThreadTag
from app.forum.models.tag import TAG_MAX, TAGS_PER_THREAD

_SIGNS = frozenset(".-+#")


def split_tags(typed: str) -> list[str]:
    """Return the tags in a typed line: separated by commas where there are any, otherwise by spaces."""
    parts = typed.split(",") if "," in typed else typed.split()
    return ["-".join(part.split()) for part in parts if part.strip()]


def normalise_tags(names: Sequence[str]) -> list[str]:
    """Return tags in lower case, each once, in order.

    Raises Invalid("tags") for more than 5, longer ones than 40 characters, and characters other than letters, digits and . - + #
    """
    cleaned = dict.fromkeys("-".join(clean_line(name).lower().split()) for name in names)
    tags = [name for name in cleaned if name]
    if len(tags) > TAGS_PER_THREAD:
        raise Invalid(
            _(
                "Please choose at most %(tags_per_thread)s tags; these are %(tags)s.",
                tags_per_thread=TAGS_PER_THREAD,
                tags=len(tags),
            ),
            field="tags",
        )
    for name in tags:
        if len(name) > TAG_MAX:
            raise Invalid(
                _("A tag has at most %(tag_max)s characters. Did you mean several, separated by commas?", tag_max=TAG_MAX),
                field="tags",
            )
        if not all(c.isalnum() or c in _SIGNS for c in name) or not any(c.isalnum() for c in name):
            raise Invalid(_("“%(name)s” cannot be a tag: please use letters, digits and . - + # only.", name=name), field="tags")
    return tags


def add_tags(names: Sequence[str], more: Sequence[str]) -> list[str]:
    """Return normal tags with as many of `more` added as a thread can have; what its author chose comes first."""
    return list(dict.fromkeys([*names, *normalise_tags(more[:TAGS_PER_THREAD])]))[: max(len(names), TAGS_PER_THREAD)]


def set_tags(thread: Thread, names: Sequence[str]) -> None:
    """Put exactly these normal tags on a locked thread, creating new ones. Counts are the caller's (see listing)."""
    upsert(Tag.__table__, [{"name": name, "description": "", "thread_count": 0} for name in sorted(names)], ["name"], [])
    ids = dict(db.session.execute(sa.select(Tag.name, Tag.id).where(Tag.name.in_(names))).all())
    db.session.execute(sa.delete(ThreadTag).where(ThreadTag.thread_id == thread.id))
    rows = [{"thread_id": thread.id, "tag_id": ids[name], "position": position} for position, name in enumerate(names)]
    if rows:
        db.session.execute(sa.insert(ThreadTag), rows)
