"""Readers of the demo: views of the last 40 days with trend and the rhythm of the week, and what readers said of articles."""

import hashlib
import math
from datetime import date, datetime, timedelta
from typing import Any

from app.core.db import db
from app.importing.demo.calendar import chance
from app.importing.demo.preparing import Prepared
from app.importing.demo.written import Written
from app.kb.models import Article, ArticleFeedback, ArticleState, FeedbackReason
from app.pageviews.models import PageviewDay, PageviewTotal
from app.pageviews.recent import derive_recent

DAYS = 40
# Greenhouses are tended at the weekend. Monday first; the mean is 1.
WEEK = (0.86, 0.88, 0.92, 0.95, 1.02, 1.22, 1.15)
# The files know a reason that the application files under another name.
FEEDBACK_REASONS = {"did_not_work": FeedbackReason.WRONG}


def daily_views(key: str, per_day: float, trend: float, opened: date, today: date) -> dict[date, int]:
    """Return views a day since `opened`, at most 40 days, with a mean of `per_day`.

    `trend` is the newest day's share divided by the oldest day's; in between it changes evenly.
    """
    span = min(DAYS, (today - opened).days + 1)
    days = [today - timedelta(days=span - 1 - index) for index in range(span)]
    slope = [1 + (trend - 1) * index / max(1, span - 1) for index in range(span)]
    mean = sum(slope) / span
    views = {}
    for day, share in zip(days, slope, strict=True):
        expected = per_day * share / mean * WEEK[day.weekday()] * (0.75 + 0.5 * chance(key, day.toordinal() - today.toordinal()))
        count = math.floor(expected + chance(key, "rest", day.toordinal() - today.toordinal()))
        if count:
            views[day] = count
    return views


def write_views(written: Written, prepared: Prepared) -> None:
    """Write the views of all threads, and of articles that readers can see."""
    for thread in prepared.threads:
        row = written.threads[thread.stem]
        _write_views(written, "thread", row.id, thread.stem, thread.data, row.created_at)
    for article in prepared.articles:
        shown = written.articles[article.stem]
        if shown.published_at is not None:
            _write_views(written, "article", shown.id, article.stem, article.data, shown.published_at)
    db.session.flush()
    derive_recent(
        {("thread", row.id) for row in written.threads.values()} | {("article", row.id) for row in written.articles.values()}
    )


def _write_views(written: Written, kind: str, target: int, stem: str, data: dict[str, Any], opened: datetime) -> None:
    per_day = float(data.get("views_per_day", 0))
    if not per_day:
        return
    today = written.calendar.today.date()
    views = daily_views(stem, per_day, float(data.get("trend", 1)), opened.date(), today)
    for day, count in views.items():
        db.session.add(PageviewDay(kind=kind, target_id=target, day=day, views=count))
    before = round(per_day * max(0, (today - opened.date()).days + 1 - DAYS))
    db.session.add(PageviewTotal(kind=kind, target_id=target, views=sum(views.values()) + before, imported_views=before))


def write_feedback(written: Written, prepared: Prepared) -> None:
    """Write what readers said of articles, and the counts that repeat it."""
    for article in prepared.articles:
        row, data = written.articles[article.stem], article.data
        if row.state == ArticleState.DRAFT:
            continue
        row.helpful_yes, row.helpful_no = data.get("helpful_yes", 0), data.get("helpful_no", 0)
        for number in range(row.helpful_yes):
            _say(written, row, f"yes {number}", is_helpful=True)
        for number, (reason, note) in enumerate(_reasons(data, row.helpful_no)):
            _say(written, row, f"no {number}", is_helpful=False, reason=reason, note=note)
    db.session.flush()


def _reasons(data: dict[str, Any], count: int) -> list[tuple[str, str]]:
    """Return reason and note of each of `count` readers who were not helped; a note is by the first with its reason."""
    said: list[tuple[str, str]] = []
    for row in data.get("not_helpful_reasons", []):
        reason = FEEDBACK_REASONS.get(row["reason"], row["reason"])
        said += [(reason, row.get("note", ""))] + [(reason, "")] * (row["count"] - 1)
    return (said + [("", "")] * count)[:count]


def _say(written: Written, article: Article, key: str, *, is_helpful: bool, reason: str = "", note: str = "") -> None:
    since = article.published_at or article.created_at
    reader = hashlib.sha256(f"demo {article.slug} {key}".encode()).hexdigest()
    at = written.calendar.scattered(since, article.slug, key, within=timedelta(days=3650))
    db.session.add(
        ArticleFeedback(article_id=article.id, reader_key=reader, is_helpful=is_helpful, reason=reason, note=note, created_at=at)
    )
