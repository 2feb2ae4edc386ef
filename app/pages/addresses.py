"""Every address of the site with its contract, by kind: what the audit goes through. Reads in blocks, whoever may see the things."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.records import Struct
from app.core.trust import Ability
from app.forum.addresses import find_threads, list_categories_after, list_tags_after, list_threads_after
from app.forum.models import Category, Post, Tag, Thread
from app.forum.models.thread import ThreadKind
from app.forum.policies import listed_threads, public_only
from app.kb.addresses import list_articles_after, list_sections_after
from app.kb.models import Article
from app.kb.policies import public_articles
from app.web.contract import Address, Facts, FixedFacts, ListFacts, PageContract, PersonFacts, decide, index_policy

BLOCK = 500
TOOLS = ("/search", "/ask", "/discussions/new", "/login", "/signup", "/reset-password")
_THREAD_PATH = re.compile(r"/(?:questions|discussions)/(\d{1,18})(?:/|$)")


class Decided(Struct, frozen=True):
    """An address and what its page promises."""

    address: Address
    contract: PageContract


def list_people_after(after_id: int, limit: int) -> list[Address]:
    """Return the addresses of all people above an id."""
    praised = (
        sa.select(Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(
            Post.author_id == Person.id, Post.hidden_at.is_(None), Post.held_at.is_(None), listed_threads(ANONYMOUS),
            sa.or_(Post.score > 0, Post.accepted_at.is_not(None)),
        )
        .correlate(Person)
        .exists()
    )  # fmt: skip
    found = db.session.execute(sa.select(Person, praised).where(Person.id > after_id).order_by(Person.id).limit(limit))
    return [
        Address(
            "person", person.id, person_path(person.name), person.display_name or person.name, facts_of_person(person, has_praise)
        )
        for person, has_praise in found
    ]


def facts_of_person(person: Person, has_praise: bool) -> PersonFacts:
    """Return the facts of the page of a person."""
    is_trusted = person.as_actor(now()).has(Ability.BE_FOUND)
    return PersonFacts(bool(has_praise), is_trusted, person.erased_at is not None, person.merged_into_id is not None)


def list_fixed_after(after_id: int, limit: int) -> list[Address]:
    """Return the pages that there is one of; they have numbers in place of ids."""
    lists: list[tuple[str, Facts]] = [(path, ListFacts(int(is_filled))) for path, is_filled in _lists()]
    tools: list[tuple[str, Facts]] = [(path, FixedFacts(is_indexable=False)) for path in TOOLS]
    pages = [("/", FixedFacts(("WebSite",))), *lists, ("/trust", FixedFacts()), *tools]
    found = [Address("fixed", number, path, path, facts) for number, (path, facts) in enumerate(pages, start=1)]
    return [address for address in found if address.id > after_id][:limit]


def _lists() -> list[tuple[str, bool]]:
    """Return the paths of the great lists, and whether there is anything in them (four statements that stop at the first row)."""
    threads = sa.select(Thread.id).join(Category, Category.id == Thread.category_id).where(public_only())
    wanted = {
        "/questions": threads.where(Thread.kind == ThreadKind.QUESTION),
        "/discussions": threads.where(Thread.kind == ThreadKind.DISCUSSION),
        "/tags": sa.select(Tag.id).where(Tag.thread_count > 0),
        "/kb": sa.select(Article.id).where(public_articles()),
    }
    return [(path, db.session.scalar(statement.limit(1)) is not None) for path, statement in wanted.items()]


KINDS: dict[str, Callable[[int, int], list[Address]]] = {
    "fixed": list_fixed_after,
    "threads": list_threads_after,
    "articles": list_articles_after,
    "sections": list_sections_after,
    "categories": list_categories_after,
    "tags": list_tags_after,
    "people": list_people_after,
}


def every_address(kind: str, after_id: int = 0) -> Iterator[Decided]:
    """Go through all addresses of a kind above an id, in the order of ids, a block at a time."""
    moment, policy = now(), index_policy()
    while rows := KINDS[kind](after_id, BLOCK):
        yield from (Decided(row, decide(row.facts, moment, policy)) for row in rows)
        after_id = rows[-1].id


def find_address(path: str, most: int) -> Decided | None:
    """Return what is decided about the page at a path, or None; of each kind the first `most` are looked through."""
    if match := _THREAD_PATH.match(path):
        rows = find_threads([int(match[1])])
        return Decided(rows[0], decide(rows[0].facts, now(), index_policy())) if rows else None
    kinds = [kind for kind in KINDS if kind != "threads"]
    return next((one for kind in kinds for one in islice(every_address(kind), most) if one.address.path == path), None)
