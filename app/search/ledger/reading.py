"""What the ledger of searches says about documents: searches that ended there, and those that failed near them. Reads only.

Only sessions that are over count. Each counts once, however often somebody searched in it. Must not know Flask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.actor import Audience
from app.core.db import db
from app.search.documents import THREAD, make_key, split_key
from app.search.models import Ending, SearchNear, SearchSession, SearchStep

FAILED = (Ending.LEFT, Ending.REFINED, Ending.ASKED)
FOUND = (Ending.CLICKED, Ending.SOLVED)
LEAST_SESSIONS = 3
"""Sessions that must have used a text before readers see it, on LEAST_DAYS days: nobody is told of by one text, or writes one onto a
page within an hour. They are counted, not told apart: who comes back tomorrow is another."""
LEAST_DAYS = 2
MOST_WORDINGS = 10

# Whose searches may be named to the readers of a document: those of people who cannot read more than they can.
READERS = {
    Audience.PUBLIC: (Audience.PUBLIC,),
    Audience.MEMBERS: (Audience.PUBLIC, Audience.MEMBERS),
    Audience.STAFF: tuple(Audience),
}


def is_over() -> sa.ColumnElement[bool]:
    """Say in SQL that a session is over; the statement must read SearchSession."""
    return SearchSession.visitor.is_(None)


def _by_kind(keys: Iterable[str]) -> dict[str, list[int]]:
    wanted: dict[str, list[int]] = {}
    for key in dict.fromkeys(keys):
        kind, document_id = split_key(key)
        wanted.setdefault(kind, []).append(document_id)
    return wanted


def landed(keys: Sequence[str], since: datetime) -> dict[str, int]:
    """Return for each document how many sessions since a moment searched and ended by opening it; keys are like "t12".

    One statement for each kind of document. Documents where none ended are left out.
    """
    found: dict[str, int] = {}
    for kind, ids in _by_kind(keys).items():
        statement = (
            sa.select(SearchStep.target_id, sa.func.count(SearchStep.session_id.distinct()))
            .join(SearchSession, SearchSession.id == SearchStep.session_id)
            .where(
                SearchStep.kind == kind, SearchStep.target_id.in_(ids), SearchStep.at >= since, is_over(),
                SearchStep.ending.in_(FOUND),
            )
            .group_by(SearchStep.target_id)
        )  # fmt: skip
        found.update({make_key(kind, target or 0): count for target, count in db.session.execute(statement)})
    return found


def failed_near(keys: Sequence[str], since: datetime) -> dict[str, int]:
    """Return for each document how many sessions since a moment failed near it.

    A session failed near a document that stood near the top of a search which nobody opened anything from, or near the thread
    that was asked in the end. One or two statements for each kind; documents without any are left out.
    """
    found: dict[str, int] = {}
    for kind, ids in _by_kind(keys).items():
        statement = sa.union(*(_failed_sessions(kind, ids, since))).subquery()
        counted = sa.select(statement.c.target_id, sa.func.count()).group_by(statement.c.target_id)
        found.update({make_key(kind, target): count for target, count in db.session.execute(counted)})
    return found


def _failed_sessions(kind: str, ids: list[int], since: datetime) -> list[sa.Select[*tuple[Any, ...]]]:
    """Pairs of document and session; the union of the selects holds each once."""
    step: sa.Select[*tuple[Any, ...]] = (
        sa.select(SearchNear.target_id.label("target_id"), SearchStep.session_id.label("session_id"))
        .join(SearchStep, SearchStep.id == SearchNear.step_id)
        .where(SearchNear.kind == kind, SearchNear.target_id.in_(ids), SearchStep.at >= since)
    )
    if kind != THREAD:
        return [step]
    asked: sa.Select[*tuple[Any, ...]] = sa.select(SearchSession.asked_thread_id, SearchSession.id).where(
        SearchSession.asked_thread_id.in_(ids), SearchSession.started_at >= since, is_over(), SearchSession.searches > 0
    )
    return [step, asked]


def failed_wordings(
    keys: Sequence[str], audience: str = Audience.PUBLIC, least: int = LEAST_SESSIONS, most: int = MOST_WORDINGS
) -> dict[str, list[str]]:
    """Return for each document the texts that failed before their session ended there after all, the most frequent first.

    Only texts that `least` sessions used on LEAST_DAYS days, and only of people who can read no more than everybody in `audience`
    can. One statement for each kind of document.
    """
    ended, readers = aliased(SearchStep), READERS[Audience(audience)]
    sessions, days = sa.func.count(SearchStep.session_id.distinct()), sa.func.count(sa.func.date(SearchStep.at).distinct())
    found: dict[str, list[str]] = {}
    for kind, ids in _by_kind(keys).items():
        statement = (
            sa.select(ended.target_id, SearchStep.text)
            .join(SearchSession, SearchSession.id == ended.session_id)
            .join(SearchStep, SearchStep.session_id == ended.session_id)
            .where(
                ended.kind == kind, ended.target_id.in_(ids), ended.ending.in_(FOUND), is_over(),
                SearchSession.audience.in_(readers), SearchStep.id < ended.id, SearchStep.ending.in_(FAILED),
            )
            .group_by(ended.target_id, SearchStep.text)
            .having(sessions >= least, days >= LEAST_DAYS)
            .order_by(ended.target_id, sessions.desc(), SearchStep.text)
        )  # fmt: skip
        for target, text in db.session.execute(statement):
            texts = found.setdefault(make_key(kind, target or 0), [])
            if len(texts) < most:
                texts.append(text)
    return found


def failed_texts_of(thread_id: int) -> list[str]:
    """Return what was searched for in vain before a thread was asked, the last search last."""
    statement = (
        sa.select(SearchStep.text)
        .join(SearchSession, SearchSession.id == SearchStep.session_id)
        .where(SearchSession.asked_thread_id == thread_id, SearchStep.ending.in_(FAILED))
        .order_by(SearchStep.id)
    )
    return list(dict.fromkeys(reversed(db.session.scalars(statement).all())))[::-1]
