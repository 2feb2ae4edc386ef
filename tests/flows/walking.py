"""Walking through a whole site as somebody: every address that has an id in it, every list, and every link on the way."""

from __future__ import annotations

from collections import deque
from urllib.parse import urldefrag

import lxml.html
import sqlalchemy as sa
from flask import current_app
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.accounts.models import Person
from app.core.db import db
from app.forum.models import Category, Comment, DuplicateProposal, Post, Thread
from app.kb.models import Article, ArticleSource, Candidate, Section
from app.moderation.inbox.registry import list_sources
from app.moderation.models import Flag, InboxBatch, Sanction, Wave

# What stands for the parts of addresses that name one thing.
NAMED = {
    "thread_id": Thread,
    "post_id": Post,
    "comment_id": Comment,
    "article_id": Article,
    "section_id": Section,
    "category_id": Category,
    "wave_id": Wave,
    "batch_id": InboxBatch,
}


def ids(model: type) -> list[int]:
    column = model.thread_id if model is Candidate else model.id  # type: ignore[attr-defined]
    return list(db.session.scalars(sa.select(column)))


# Whom a route's marker turns away whatever the address names (test_every_route holds that), so that a walk can leave it out.
TURNED_AWAY = {
    "staff": ("visitor", "member", "moderator"), "curators": ("visitor", "member"), "moderators": ("visitor", "member", "staff"),
    "admins": ("visitor", "member", "staff", "moderator"), "members": ("visitor",),
}  # fmt: skip


def is_for(role: str, rule: Rule) -> bool:
    """Whether the marker of the rule's route lets the role in."""
    access = current_app.view_functions[rule.endpoint].access if rule.endpoint != "static" else "public"  # type: ignore[attr-defined]
    return role not in TURNED_AWAY.get(str(access), ())


def addresses(role: str) -> list[str]:
    """Every address with an id in it that the role gets to, and where walks begin."""
    found = [
        "/", "/questions", "/discussions", "/tags", "/tags?sort=name", "/kb", "/search", "/search?type=articles", "/ask", "/feed.atom",
        "/kb/feed.atom", "/sitemap.xml", "/robots.txt", "/notifications", "/settings/profile", "/settings/account", "/moderation/queue",
        "/moderation/log", "/moderation/promotions", "/moderation/promotions?state=promoted",
        "/moderation/promotions?state=card", "/moderation/promotions?state=snoozed", "/kb/articles", "/kb/articles?view=published",
        "/kb/articles?view=changed", "/kb/articles?view=pending", "/kb/articles?view=planned", "/kb/verify", "/kb/verify?view=threads",
        "/kb/verify?view=unowned", "/kb/articles/new", "/kb/sections", "/discussions/new", "/metrics", "/admin", "/admin/categories",
        "/search?q=greenhouse", "/search?q=what+about+the+greenhouse", "/search?q=guide", "/search?q=guide+to&type=articles",
        "/search/suggest?q=what", "/search/suggest?q=guide+to", "/ask/similar?title=what+about+the+greenhouse",
        "/ask/similar?title=guide+to+the+solution", "/ask?title=what+about+the+greenhouse+here", "/search?q=moving", "/questions?view=solved",
        *(f"/questions?view={view}" for view in ("active", "popular", "unanswered", "unsolved")),
        *(f"/sitemap-{kind}-1.xml" for kind in ("threads", "articles", "categories", "tags")),
    ]  # fmt: skip
    for number in ids(Thread):
        found += [f"/questions/{number}", f"/questions/{number}/feed.atom"]
        found += [f"/moderation/promotions/{number}/{page}" for page in ("promote", "why")]
    for number in ids(Post):
        found += [f"/posts/{number}{end}" for end in ("", "/edit", "/history", "/history?from=1&to=2", "/flag")]
    for number in ids(Comment):
        found += [f"/comments/{number}{end}" for end in ("", "/edit", "/flag")]
    for number in ids(Article):
        found += [f"/kb/articles/{number}{end}" for end in ("", "/edit", "/history", "/sources", "/review")]
    found += [
        f"/people/{name}{tab}"
        for name in db.session.scalars(sa.select(Person.name))
        for tab in ("", "?tab=questions", "?tab=answers")
    ]
    found += [path for rule in current_app.url_map.iter_rules() if is_for(role, rule) for path in addresses_of(rule)]
    return found + moderated() if role in ("moderator", "admin") else found


def moderated() -> list[str]:
    """Addresses of moderators that are no links: every item of the inbox, decisions about several, beginnings of waves, the log filtered."""
    keys = waiting()
    found = [f"/moderation/queue?from={source.name}" for source in list_sources()]
    found += [f"/moderation/queue?item={key}" for key in keys]
    several = "&".join(f"item={key}" for key in keys)
    found += [f"/moderation/queue/several?decision={decision}&{several}" for decision in ("uphold", "approve", "keep")]
    found += [f"/moderation/people/{number}" for number in ids(Person)]
    found += [f"/moderation/waves/new?post_id={number}" for number in ids(Post)]
    found += [f"/moderation/waves/new?comment_id={number}" for number in ids(Comment)]
    filters = ("kind=wave", "kind=person", "by=system", "about=insider", "words=zq", "action=quarantine")
    found += [f"/moderation/log{file}?{one}" for one in filters for file in ("", ".csv")]
    return [*found, "/moderation/people?q=zq", "/moderation/people?q=mole"]


def waiting() -> list[str]:
    """The keys of everything that waits for moderators, whoever may decide about it."""
    flags = {"post": Flag.post_id, "comment": Flag.comment_id, "reported-person": Flag.person_id}
    wanted = {kind: sa.select(column).where(column.is_not(None)).distinct() for kind, column in flags.items()}
    wanted |= {
        "thread": sa.select(Thread.id).where(Thread.held_at.is_not(None)),
        "held-post": sa.select(Post.id).where(Post.held_at.is_not(None)),
        "held-comment": sa.select(Comment.id).where(Comment.held_at.is_not(None)),
        "disputed": sa.select(Thread.id).where(Thread.status == "disputed"),
        "candidate": sa.select(Candidate.thread_id), "source": sa.select(ArticleSource.id), "merge": sa.select(DuplicateProposal.id),
        "appeal": sa.select(Sanction.id), "wave": sa.select(Wave.id),
    }  # fmt: skip
    assert set(wanted) == {kind for source in list_sources() for kind in source.kinds}, "a kind of the inbox is not walked"
    return [f"{kind}-{number}" for kind, statement in wanted.items() for number in db.session.scalars(statement)]


def addresses_of(rule: Rule) -> list[str]:
    """The addresses of a page: whatever is added to the program is walked without anybody thinking of it."""
    if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/assets", "/login", "/signup", "/logout")):
        return []
    arguments = [name for name in rule.arguments if name not in (rule.defaults or {})]
    if not arguments:
        return [rule.rule]
    if len(arguments) > 1 or arguments[0] not in NAMED:
        return []
    part = f"<id:{arguments[0]}>"
    return [rule.rule.replace(part, str(number)) for number in ids(NAMED[arguments[0]])] if part in rule.rule else []


def walk(client: FlaskClient, role: str) -> dict[str, str]:
    """Get everything a client of a role gets to, following links; return status, head and text by address."""
    seen: set[str] = set()
    texts: dict[str, str] = {}
    waiting = deque(addresses(role))
    while waiting:
        path = waiting.popleft()
        if path in seen or len(seen) > 3_000:
            continue
        seen.add(path)
        response = client.get(path)
        body = response.get_data().decode("utf-8", "replace")  # there are images among the addresses
        texts[path] = f"{response.status} {response.headers} {body}"
        assert response.status_code < 500, path
        if response.location and not response.location.startswith("/login"):
            waiting.append(urldefrag(response.location)[0])
        if response.mimetype == "text/html" and body.strip().startswith("<!doctype"):
            links = lxml.html.document_fromstring(body).xpath("//a/@href|//link/@href")
            waiting.extend(path_of(link) for link in links if _is_worth_following(link))
    return texts


def path_of(link: str) -> str:
    return urldefrag(link.removeprefix("http://community.test"))[0]


def _is_worth_following(link: str) -> bool:
    """Own pages; of those with a query (orders, filters) the seeds name what matters."""
    path = path_of(link)
    return (
        path.startswith("/") and not path.startswith(("/assets/", "/login", "/signup")) and ("?" not in path or "page=" in path)
    )
