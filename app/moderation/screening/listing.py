"""What moderators read about screening: rules with what came of them, and why a text waits. Frozen rows."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import db
from app.core.pagination import Page, window
from app.core.records import Struct
from app.moderation.models import HitOutcome, ScreeningHit, ScreeningRule, SpamModel

RULES_PER_PAGE = 50


class HitRow(Struct, frozen=True):
    """One reason for which a text waits. `check`: which check found it."""

    check: str
    words: str


class RuleRow(Struct, frozen=True):
    """A rule with how many texts it held, and how many of those were turned down or let through."""

    id: int
    kind: str
    text: str
    measure: str
    tag: str
    note: str
    created_at: datetime
    created_by: str
    is_removed: bool
    held: int
    rejected: int
    approved: int


class ModelRow(Struct, frozen=True):
    """What the classifier knows: examples of both kinds, and how well it did on texts it had not seen."""

    trained_at: datetime
    spam: int
    ham: int
    precision: float
    recall: float


def hits_of(post_ids: Collection[int], comment_ids: Collection[int]) -> tuple[dict[int, list[HitRow]], dict[int, list[HitRow]]]:
    """Return why texts wait: by post, and by comment. One statement; none without ids."""
    posts: dict[int, list[HitRow]] = defaultdict(list)
    comments: dict[int, list[HitRow]] = defaultdict(list)
    if not post_ids and not comment_ids:
        return posts, comments
    on_posts = sa.and_(ScreeningHit.post_id.in_(list(post_ids)), ScreeningHit.comment_id.is_(None))
    statement = (
        sa.select(ScreeningHit.post_id, ScreeningHit.comment_id, ScreeningHit.check_name, ScreeningHit.words)
        .where(sa.or_(on_posts, ScreeningHit.comment_id.in_(list(comment_ids))))
        .where(ScreeningHit.is_held.is_(True), ScreeningHit.outcome == HitOutcome.OPEN)
        .order_by(ScreeningHit.id)
    )
    for post_id, comment_id, check, words in db.session.execute(statement):
        row = HitRow(check, words)
        found = posts[post_id] if comment_id is None else comments[comment_id]
        if row not in found:
            found.append(row)
    return posts, comments


def list_rules(*, kind: str, is_removed: bool = False, page: int = 1) -> Page[RuleRow]:
    """Return rules in use, or removed ones, by what they say."""
    offset, limit = window(page, RULES_PER_PAGE)
    removed = ScreeningRule.removed_at.is_not(None) if is_removed else ScreeningRule.removed_at.is_(None)
    statement = (
        sa.select(ScreeningRule, Person.display_name, *_figures())
        .outerjoin(Person, Person.id == ScreeningRule.created_by_id)
        .where(ScreeningRule.kind == kind, removed)
        .order_by(ScreeningRule.key, ScreeningRule.id)
        .offset(offset)
        .limit(limit)
    )
    return Page.from_rows([_row(*row) for row in db.session.execute(statement)], page, RULES_PER_PAGE)


def _figures() -> list[sa.ScalarSelect[Any]]:
    of_rule = sa.select(sa.func.count()).where(ScreeningHit.rule_id == ScreeningRule.id)
    outcomes = (HitOutcome.REJECTED, HitOutcome.APPROVED)
    return [of_rule.scalar_subquery(), *(of_rule.where(ScreeningHit.outcome == one).scalar_subquery() for one in outcomes)]


def _row(rule: ScreeningRule, name: str | None, held: int, rejected: int, approved: int) -> RuleRow:
    return RuleRow(
        id=rule.id, kind=rule.kind, text=rule.text, measure=rule.measure, tag=rule.tag, note=rule.note,
        created_at=rule.created_at, created_by=name or "", is_removed=rule.removed_at is not None, held=held,
        rejected=rejected, approved=approved,
    )  # fmt: skip


def count_rules() -> dict[tuple[str, bool], int]:
    """Return how many rules there are, by kind and whether they were removed."""
    gone = ScreeningRule.removed_at.is_not(None)
    statement = sa.select(ScreeningRule.kind, gone, sa.func.count()).group_by(ScreeningRule.kind, gone)
    return {(kind, bool(is_gone)): count for kind, is_gone, count in db.session.execute(statement)}


def find_model() -> ModelRow | None:
    """Return what the classifier learned last."""
    columns = (SpamModel.trained_at, SpamModel.spam_count, SpamModel.ham_count, SpamModel.figures)
    row = db.session.execute(sa.select(*columns).order_by(SpamModel.id.desc()).limit(1)).first()
    return ModelRow(row[0], row[1], row[2], row[3]["precision"], row[3]["recall"]) if row else None
