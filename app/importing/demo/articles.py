"""Articles of the demo with their revision, their sources and how these changed, and the marks on the threads they came from."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.forum.models import Post, PostRevision, Thread
from app.importing.demo.preparing import PreparedArticle
from app.importing.demo.written import Written, touch
from app.kb.models import Article, ArticleKind, ArticleRevision, ArticleSource, ArticleState, SourceChange, SourceRole
from app.kb.policies import is_as_narrow
from app.kb.urls import article_path
from app.moderation.models import LogEntry

# How long a curator wrote before publishing.
WRITTEN_BEFORE = timedelta(days=1)
SHOWN = (ArticleState.PUBLISHED, ArticleState.ARCHIVED)


def write_articles(written: Written, articles: list[PreparedArticle]) -> None:
    """Write all articles, the oldest first."""
    for article in sorted(articles, key=lambda article: (-article.data["days_ago"], article.stem)):
        row = _write_article(written, article)
        written.articles[article.stem] = row
        _write_sources(written, article, row)
        _mark_threads(written, article, row)
        _log(written, article, row)
    db.session.flush()


def _write_article(written: Written, article: PreparedArticle) -> Article:
    data, body = article.data, article.body
    done = written.calendar.days_ago(data["days_ago"])
    is_shown = data["state"] in SHOWN
    owner = written.person_id(data["owner"])
    texts: dict[str, Any] = {
        "title": data["title"], "summary": data["summary"], "applies_to": data["applies_to"],
        "asked_as": "\n".join(data["asked_as"]),
    }  # fmt: skip
    toc = [list(item) for item in body.toc]
    row = Article(
        section_id=written.sections[data["section"]].id, slug=data["slug"], state=data["state"], audience=data["audience"],
        owner_id=owner, created_at=done - WRITTEN_BEFORE, modified_at=done, published_at=done if is_shown else None,
        published_revision=1 if is_shown else None, body_html=str(body.html) if is_shown else "",
        body_text=body.text if is_shown else "", toc=toc if is_shown else [],
        kind=data.get("kind", ArticleKind.SOLUTION), language=data.get("language", ""), **texts,
    )  # fmt: skip
    if "verified_days_ago" in data and is_shown:
        row.verified_at, row.verified_by_id = written.calendar.days_ago(data["verified_days_ago"]), owner
    db.session.add(row)
    db.session.flush()
    db.session.add(
        ArticleRevision(
            article_id=row.id, number=1, audience=row.audience, body_source=body.source, body_html=str(body.html), body_text=body.text, toc=toc,
            renderer_version=body.version, editor_id=owner, created_at=row.created_at, **texts,
        )
    )  # fmt: skip
    return row


def _role(passage: str) -> SourceRole:
    """Return the part that a passage plays, from the heading it stands under."""
    return SourceRole(passage) if passage in SourceRole._value2member_map_ else SourceRole.OTHER


def _write_sources(written: Written, article: PreparedArticle, row: Article) -> None:
    seen = set()
    for position, source in enumerate(article.data["sources"]):
        post, role = written.posts[source["thread"], source["answer"]], _role(source["passage"])
        if (post.id, role) in seen:
            continue
        seen.add((post.id, role))
        taken = _revision_taken(post, row.modified_at if article.data.get("source_changed") else None)
        is_changed = taken.body_hash != post.body_hash
        change, changed_at = (SourceChange.EDITED, post.edited_at) if is_changed else (SourceChange.NONE, None)
        db.session.add(
            ArticleSource(
                article_id=row.id, thread_id=post.thread_id, post_id=post.id, post_revision=taken.number,
                post_hash=taken.body_hash, author_id=post.author_id, role=role, position=position,
                was_accepted=post.accepted_at is not None, change=change, changed_at=changed_at,
            )
        )  # fmt: skip
        if is_changed:
            row.source_changed_at = post.edited_at


def _revision_taken(post: Post, moment: datetime | None) -> PostRevision:
    """Return the revision that stood at a moment, or the newest one."""
    statement = sa.select(PostRevision).where(PostRevision.post_id == post.id).order_by(PostRevision.number.desc()).limit(1)
    if moment is not None:
        statement = statement.where(sa.or_(PostRevision.number == 1, PostRevision.created_at <= moment))
    return db.session.scalars(statement).one()


def _mark_threads(written: Written, article: PreparedArticle, row: Article) -> None:
    """Let the threads of a published article say so, where all their readers may read it."""
    if row.state != ArticleState.PUBLISHED:
        return
    for stem in dict.fromkeys(source["thread"] for source in article.data["sources"]):
        thread: Thread = written.threads[stem]
        audience = next(c.audience for c in written.categories.values() if c.id == thread.category_id)
        if is_as_narrow(audience, than=row.audience):
            thread.article_id, thread.article_title = row.id, row.title
            thread.article_path = article_path(article.data["section"], row.slug)
            touch(thread, row.modified_at)


def _log(written: Written, article: PreparedArticle, row: Article) -> None:
    data = article.data
    entries = []
    if "promoted_from" in data:
        thread_id = written.threads[data["promoted_from"]].id
        reason = "Built an article draft from it"
        entries.append(LogEntry(action="promote", reason=reason, thread_id=thread_id, created_at=row.created_at))
    if row.state != ArticleState.DRAFT:
        before = ArticleState.PUBLISHED if row.state == ArticleState.ARCHIVED else ArticleState.DRAFT
        entries.append(LogEntry(action=row.state, article_id=row.id, before=before, created_at=row.modified_at))
    for entry in entries:
        entry.actor_id = row.owner_id
        written.log.append(entry)
