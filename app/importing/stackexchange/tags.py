"""Tags of the other site and the texts that describe them. A tag that exists here already is shared; its description stays."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from app.core.db import db, upsert
from app.core.errors import Invalid
from app.core.text import shorten
from app.forum.models import Tag
from app.forum.services.tagging import normalise_tags
from app.importing.stackexchange.bodies import render_body
from app.importing.stackexchange.context import Import
from app.importing.stackexchange.records import TAG, WIKI, add_records, find_local
from app.importing.stackexchange_rows import PostKind, PostRow, TagRow

DESCRIPTION_MAX = 600


def normal_tag(name: str) -> str | None:
    """Return a tag in the form it has here, or None when it cannot be one."""
    try:
        return next(iter(normalise_tags([name])), None)
    except Invalid:
        return None


def ensure_tags(names: Iterable[str]) -> dict[str, int]:
    """Return the ids of tags by their normal names, creating those that are missing. Needs a unit of work."""
    wanted = sorted(set(names))
    upsert(Tag.__table__, [{"name": name, "description": "", "thread_count": 0} for name in wanted], ["name"], [])
    return find_tags(wanted)


def find_tags(names: Collection[str]) -> dict[str, int]:
    """Return the ids of the tags that exist, by their normal names."""
    return dict(db.session.execute(sa.select(Tag.name, Tag.id).where(Tag.name.in_(names))).all())


def import_tags(run: Import) -> dict[int, int]:
    """Import the tags and return which text describes which: the id of a post there to the id of a tag there.

    A tag is described by its excerpt; only one without an excerpt by its longer text.
    """
    described: dict[int, int] = {}
    report = run.report.of("tags")
    for rows in run.batches(run.dump.tags(), "tags"):
        for row in rows:
            text_id = row.excerpt_post_id or row.wiki_post_id
            if text_id is not None:
                described[text_id] = row.id
        known = find_local(run.source, TAG, [row.id for row in rows])
        report.known += len(known)
        fresh: list[tuple[TagRow, str]] = []
        for row in rows:
            name = None if row.id in known else normal_tag(row.name)
            if name is not None:
                fresh.append((row, name))
            elif row.id not in known:
                report.skip("names that cannot be a tag here", row.name)
        if fresh:
            with run.writing():
                ids = ensure_tags(name for _, name in fresh)
                add_records(run.source, TAG, [(row.id, ids[name]) for row, name in fresh])
            report.imported += len(fresh)
    return described


def import_descriptions(run: Import, described: dict[int, int]) -> None:
    """Give tags without a description the text that describes them there: posts that are neither question nor answer."""
    report = run.report.of("other posts")
    for rows in run.batches(run.dump.posts(), "other posts", lambda row: row.kind is PostKind.OTHER):
        known = find_local(run.source, WIKI, [row.id for row in rows])
        tags = find_local(run.source, TAG, [described.get(row.id) for row in rows])
        report.known += len(known)
        fresh = []
        for row in rows:
            tag_id = tags.get(described.get(row.id, 0))
            if row.id in known:
                continue
            if tag_id is None:
                report.skip("longer texts about tags, and posts that are neither question nor answer", row.id)
            elif not row.body_html.strip():
                report.skip("empty texts about tags", row.id)
            else:
                fresh.append((row, tag_id, _describe(run, row)))
        if fresh:
            with run.writing():
                for _, tag_id, text in fresh:
                    db.session.execute(sa.update(Tag).where(Tag.id == tag_id, Tag.description == "").values(description=text))
                add_records(run.source, WIKI, [(row.id, tag_id) for row, tag_id, _ in fresh])
            report.imported += len(fresh)


def _describe(run: Import, row: PostRow) -> str:
    return shorten(render_body(row.body_html, run.own_host)[0].text, DESCRIPTION_MAX)
