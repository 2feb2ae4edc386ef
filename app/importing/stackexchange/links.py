"""Duplicates of the other site. Groups here are one level deep, so chains lead straight to their end."""

from collections.abc import Collection, Sequence
from itertools import islice

import sqlalchemy as sa

from app.core.db import db
from app.forum.models import Thread
from app.importing.reader import Skipped
from app.importing.stackexchange.context import BATCH, Import
from app.importing.stackexchange.records import LINK, QUESTION, add_records, find_local
from app.importing.stackexchange_rows import LinkRow


def import_links(run: Import) -> None:
    """Close duplicates in favour of their originals. Other links between posts stay what they are: links in texts."""
    report = run.report.of("links")
    duplicates: dict[int, LinkRow] = {}
    for row in run.dump.links():
        if isinstance(row, Skipped):
            run.report.unreadable("links", row)
        elif row.id in duplicates:
            report.skip("rows that repeat the Id of another", row.id)
        elif row.is_duplicate:
            duplicates[row.id] = row
        else:
            report.skip("links to related questions; texts keep their own links", row.id)
    threads = _find_threads(run.source, duplicates.values())
    usable = [row for _, row in sorted(duplicates.items()) if _is_usable(run, row, threads)]
    originals = _choose(run, usable)
    rows = iter(row for row in usable if row.id in originals)
    while batch := list(islice(rows, BATCH)):
        _close(run, batch, originals, threads)


def _find_threads(source: str, rows: Collection[LinkRow]) -> dict[int, int]:
    wanted = sorted({row.post_id for row in rows} | {row.related_id for row in rows})
    found: dict[int, int] = {}
    for start in range(0, len(wanted), BATCH):
        found |= find_local(source, QUESTION, wanted[start : start + BATCH])
    return found


def _is_usable(run: Import, row: LinkRow, threads: dict[int, int]) -> bool:
    if row.post_id in threads and row.related_id in threads:
        return True
    run.report.of("links").skip("duplicates whose question or original is not in the dump", row.id)
    return False


def _choose(run: Import, rows: Sequence[LinkRow]) -> dict[int, int]:
    """Return for each link that counts (by its id) the question at the end of its chain. The first link of a question counts."""
    leads_to: dict[int, int] = {}
    chosen: dict[int, int] = {}
    for row in rows:
        if row.post_id in leads_to:
            run.report.of("links").skip("further originals of a question that has one", row.id)
        elif _end(row.related_id, leads_to) == row.post_id:
            run.report.of("links").skip("duplicates in a circle", row.id)
        else:
            leads_to[row.post_id] = row.related_id
            chosen[row.id] = row.post_id
    return {link_id: _end(question, leads_to) for link_id, question in chosen.items()}


def _end(question: int, leads_to: dict[int, int]) -> int:
    while question in leads_to:
        question = leads_to[question]
    return question


def _close(run: Import, rows: Sequence[LinkRow], originals: dict[int, int], threads: dict[int, int]) -> None:
    known = find_local(run.source, LINK, [row.id for row in rows])
    run.report.of("links").known += len(known)
    fresh = [row for row in rows if row.id not in known]
    if not fresh:
        return
    with run.writing():
        for row in fresh:
            when = row.created_at or Thread.created_at
            statement = sa.update(Thread).where(Thread.id == threads[row.post_id])
            statement = statement.values(
                duplicate_of_id=threads[originals[row.id]], close_reason="", closed_at=sa.func.coalesce(Thread.closed_at, when)
            )
            db.session.execute(statement.execution_options(synchronize_session=False))
        add_records(run.source, LINK, [(row.id, threads[row.post_id]) for row in fresh])
    run.report.of("links").imported += len(fresh)
