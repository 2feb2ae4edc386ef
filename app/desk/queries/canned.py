"""Canned answers: lists for choosing and for keeping them, and single ones to read or to change."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.errors import NotFound
from app.core.markup import render_markdown
from app.core.pagination import Page, window
from app.core.records import Struct
from app.core.text import shorten
from app.desk.models import CannedAnswer
from app.desk.policies import can_edit_canned, ensure_can_see_canned, visible_canned
from app.forum.models import Category

PER_PAGE = 50
OFFERED = 100
EXCERPT = 160


class CannedRow(Struct, frozen=True):
    """One canned answer as the list shows it."""

    id: int
    title: str
    excerpt: str
    category_name: str
    is_shared: bool
    owner_name: str
    use_count: int
    last_used_at: datetime | None
    can_edit: bool


def list_canned(actor: Actor, page: int = 1) -> Page[CannedRow]:
    """Return one page of what the actor may use, the most used first; one statement. Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    statement = (
        sa.select(CannedAnswer, Category.name.label("category_name"), Person.display_name.label("owner_name"))
        .outerjoin(Category, Category.id == CannedAnswer.category_id)
        .outerjoin(Person, Person.id == CannedAnswer.owner_id)
        .where(visible_canned(actor))
        .order_by(CannedAnswer.use_count.desc(), CannedAnswer.title, CannedAnswer.id)
        .offset(offset)
        .limit(limit)
    )
    rows = [
        CannedRow(
            id=canned.id, title=canned.title, excerpt=_beginning(canned.body_source),
            category_name=category_name or "", is_shared=canned.is_shared, owner_name=owner_name or "",
            use_count=canned.use_count, last_used_at=canned.last_used_at, can_edit=can_edit_canned(actor, canned),
        )
        for canned, category_name, owner_name in db.session.execute(statement)
    ]  # fmt: skip
    return Page.from_rows(rows, page, PER_PAGE)


def _beginning(source: str) -> str:
    """Return the first words as readers would see them, without the marks of Markdown; only the beginning is rendered."""
    return shorten(render_markdown(source[: 5 * EXCERPT]).text, EXCERPT)


def list_canned_titles(actor: Actor, category_id: int) -> list[tuple[int, str]]:
    """Return (id, title) of what fits a question of this category: its own first, then the general ones, the most used first."""
    statement = (
        sa.select(CannedAnswer.id, CannedAnswer.title)
        .where(visible_canned(actor), sa.or_(CannedAnswer.category_id.is_(None), CannedAnswer.category_id == category_id))
        .order_by(sa.case((CannedAnswer.category_id.is_(None), 1), else_=0), CannedAnswer.use_count.desc(), CannedAnswer.title)
        .limit(OFFERED)
    )
    return [(canned_id, title) for canned_id, title in read(statement)]


def get_canned(actor: Actor, canned_id: int) -> CannedAnswer:
    """Return a canned answer. Raises NotFound when there is none, or none the actor may use."""
    canned = db.session.get(CannedAnswer, canned_id)
    if canned is None:
        raise NotFound
    ensure_can_see_canned(actor, canned)
    return canned


def get_canned_for_update(canned_id: int) -> CannedAnswer:
    """Return a canned answer, locked until the transaction ends. Raises NotFound."""
    statement = sa.select(CannedAnswer).where(CannedAnswer.id == canned_id).with_for_update(key_share=True)
    canned = db.session.scalar(statement.execution_options(populate_existing=True))
    if canned is None:
        raise NotFound
    return canned
