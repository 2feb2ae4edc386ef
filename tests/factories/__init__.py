"""Rows for tests, named for the domain. Every function commits, and returns the entity."""

from __future__ import annotations

import itertools
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.accounts.models import Person
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.markup import Rendered, render_markdown
from app.core.slugs import slugify
from app.core.uow import unit_of_work
from app.forum.models import Acceptance, Category, Outcome, Post, PostRevision, Tag, Thread, ThreadTag
from app.kb.models import Article, ArticleRevision, ArticleState, Section

_numbers = itertools.count(1)


def make_person(name: str = "", role: Role | str = Role.MEMBER, **values: Any) -> Person:
    """A person with a confirmed address."""
    name = name or f"person{next(_numbers)}"
    with unit_of_work():
        person = Person(
            name=name, name_key=name.casefold(), display_name=values.pop("display_name", name.title()),
            email=values.pop("email", f"{name}@example.com"), role=role, **values,
        )  # fmt: skip
        db.session.add(person)
    return person


def actor_of(person: Person) -> Actor:
    """The person as an actor, now."""
    return person.as_actor(now())


def make_category(slug: str = "", audience: str = "public", **values: Any) -> Category:
    slug = slug or f"category-{next(_numbers)}"
    with unit_of_work():
        category = Category(slug=slug, name=values.pop("name", slug.replace("-", " ").title()), audience=audience, **values)
        db.session.add(category)
    return category


@cache
def body(text: str = "The pump hums but no water comes out.") -> Rendered:
    return render_markdown(text)


def _add_post(thread: Thread, kind: str, author: Person | None, text: str, at: datetime, **values: Any) -> Post:
    rendered = body(text)
    post = Post(
        thread_id=thread.id, kind=kind, author_id=author.id if author else None, body_source=rendered.source,
        body_html=str(rendered.html), body_text=rendered.text, body_hash=rendered.hash, renderer_version=rendered.version,
        created_at=at, **values,
    )  # fmt: skip
    db.session.add(post)
    db.session.flush()
    db.session.add(
        PostRevision(
            post_id=post.id, number=1, title=thread.title if kind == "opening" else "", body_source=rendered.source,
            body_hash=rendered.hash, editor_id=post.author_id, created_at=at,
        )
    )  # fmt: skip
    return post


def make_thread(
    author: Person | None = None,
    title: str = "",
    text: str = "The pump hums but no water comes out.",
    category: Category | None = None,
    kind: str = "question",
    tags: tuple[str, ...] = (),
    created_at: datetime | None = None,
    **values: Any,
) -> Thread:
    """A listed thread with its opening post."""
    category = category or make_category()
    author = author or make_person()
    title = title or f"Why does pump number {next(_numbers)} hum?"
    at = created_at or now()
    values.setdefault("affected_count", 1 + values.get("me_too_count", 0))
    with unit_of_work():
        thread = Thread(
            kind=kind, title=title, slug=slugify(title), category_id=category.id, author_id=author.id, created_at=at,
            last_activity_at=at, modified_at=at, status="unanswered" if kind == "question" else "open",
            excerpt=body(text).excerpt, **values,
        )  # fmt: skip
        db.session.add(thread)
        db.session.flush()
        _add_post(thread, "opening", author, text, at)
        for position, name in enumerate(tags):
            tag = db.session.scalar(sa.select(Tag).where(Tag.name == name)) or Tag(name=name)
            db.session.add(tag)
            db.session.flush()
            tag.thread_count = (tag.thread_count or 0) + 1
            db.session.add(ThreadTag(thread_id=thread.id, tag_id=tag.id, position=position))
        if thread.is_listed:
            db.session.execute(
                sa.update(Category).where(Category.id == category.id).values(thread_count=Category.thread_count + 1)
            )
    set_committed_value(thread, "category", category)
    return thread


def make_question(**values: Any) -> Thread:
    return make_thread(kind="question", **values)


def opening_of(thread: Thread) -> Post:
    return db.session.scalars(sa.select(Post).where(Post.thread_id == thread.id, Post.kind == "opening")).one()


def make_answer(
    thread: Thread, author: Person | None = None, text: str = "Clean the intake filter, then prime the pump.", **values: Any
) -> Post:
    """A listed answer (or, in a discussion, a reply)."""
    author = author or make_person()
    at = values.pop("created_at", None) or now()
    with unit_of_work():
        thread = db.session.get_one(Thread, thread.id)
        post = _add_post(thread, "answer" if thread.is_question else "reply", author, text, at, **values)
        if post.hidden_at is None and post.held_at is None:
            thread.answer_count += 1
            thread.last_activity_at = max(thread.last_activity_at, at)
            if thread.status == "unanswered":
                thread.status = "answered"
    return post


def accept(post: Post, by: Person | None = None) -> None:
    """Mark an answer as the solution, with its event."""
    with unit_of_work():
        thread = db.session.get_one(Thread, post.thread_id)
        outcome = Outcome(
            thread_id=thread.id, post_id=post.id, kind="accepted", actor_id=by.id if by else thread.author_id,
            voice="staff" if by and by.id != thread.author_id else "asker",
        )  # fmt: skip
        db.session.add(outcome)
        db.session.flush()
        db.session.add(Acceptance(post_id=post.id, thread_id=thread.id, accepted_by_id=outcome.actor_id, outcome_id=outcome.id))
        db.session.get_one(Post, post.id).accepted_at = now()
        thread.accepted_count += 1
        thread.status = "solved"


def make_section(slug: str = "", **values: Any) -> Section:
    slug = slug or f"section-{next(_numbers)}"
    with unit_of_work():
        section = Section(slug=slug, title=values.pop("title", slug.replace("-", " ").title()), **values)
        db.session.add(section)
    return section


def make_article(
    title: str = "",
    text: str = "## Solution\n\nClean the intake filter.",
    section: Section | None = None,
    state: str = ArticleState.PUBLISHED,
    audience: str = "public",
    owner: Person | None = None,
    **values: Any,
) -> Article:
    """An article; published ones have a published revision."""
    section = section or make_section()
    title = title or f"Pump guide {next(_numbers)}"
    rendered = render_markdown(text, top_level=2)
    is_out = state in (ArticleState.PUBLISHED, ArticleState.ARCHIVED)
    with unit_of_work():
        article = Article(
            section_id=section.id, slug=values.pop("slug", slugify(title)), title=title, state=state, audience=audience,
            owner_id=owner.id if owner else None, published_revision=1 if is_out else None,
            published_at=now() if is_out else None, body_html=str(rendered.html) if is_out else "",
            body_text=rendered.text if is_out else "", toc=[list(item) for item in rendered.toc] if is_out else [], **values,
        )  # fmt: skip
        db.session.add(article)
        db.session.flush()
        db.session.add(
            ArticleRevision(
                article_id=article.id, number=1, audience=audience, title=title, summary=article.summary or "", body_source=rendered.source,
                body_html=str(rendered.html), body_text=rendered.text, toc=[list(item) for item in rendered.toc],
                renderer_version=rendered.version, editor_id=article.owner_id,
            )
        )  # fmt: skip
    set_committed_value(article, "section", section)
    return article
