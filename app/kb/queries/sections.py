"""The tree of sections as a reader sees it: sections without anything they may read do not exist for them."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.actor import ANONYMOUS, Actor
from app.core.db import db, read
from app.core.errors import NotFound
from app.core.records import Struct, field
from app.forum.models import Thread
from app.forum.queries.categories import reader_of
from app.kb.models import Article, ArticleSource, ArticleState, Section
from app.kb.policies import listed_articles
from app.kb.urls import section_path
from app.web.marking import ARTICLES, SITE
from app.web.remembering import remember


class SectionNode(Struct):
    """A section in the tree. `count` is the number of readable published articles in it and below; `depth` counts from 0."""

    id: int
    parent_id: int | None
    slug: str
    title: str
    description: str
    position: int
    language: str = ""
    own_count: int = 0
    count: int = 0
    depth: int = 0
    children: list["SectionNode"] = field(default_factory=list)

    @property
    def path(self) -> str:
        return section_path(self.slug)


class SectionTree(Struct, frozen=True):
    """All sections an actor may know of."""

    roots: tuple[SectionNode, ...]
    by_id: dict[int, SectionNode]

    def find(self, slug: str) -> SectionNode:
        """Return the section with this slug. Raises NotFound."""
        found = next((node for node in self.by_id.values() if node.slug == slug), None)
        if found is None:
            raise NotFound
        return found

    def trail(self, section_id: int) -> list[SectionNode]:
        """Return the sections from the top down to this one."""
        trail: list[SectionNode] = []
        node = self.by_id.get(section_id)
        while node is not None:
            trail.append(node)
            node = self.by_id.get(node.parent_id) if node.parent_id is not None else None
        return trail[::-1]

    def branch(self, node: SectionNode) -> list[int]:
        """Return the ids of a section and of all below it."""
        return [found.id for found in _walk(node)]

    def flat(self) -> list[SectionNode]:
        """Return all sections in the order of the tree, each before what is below it."""
        return [found for root in self.roots for found in _walk(root)]


def load_tree(actor: Actor, with_empty: bool = False) -> SectionTree:
    """Return the tree with counts for this actor (two statements, remembered); `with_empty` is for those who manage sections."""
    nodes = _load_nodes()
    reader = reader_of(actor)
    counts = remember(reader, "articles of sections", (ARTICLES, SITE), lambda: tuple(map(tuple, read(_counts(reader)))))
    for section_id, number in counts:
        nodes[section_id].own_count = number
    roots = _link(nodes)
    for root in roots:
        _add_up(root)
    if with_empty:
        return SectionTree(tuple(roots), nodes)
    kept = {node.id: node for node in nodes.values() if node.count}
    for node in kept.values():
        node.children = [child for child in node.children if child.count]
    return SectionTree(tuple(root for root in roots if root.count), kept)


def load_trail(section_id: int) -> tuple[tuple[str, str], ...]:
    """Return title and path of the sections from the top down to this one, remembered while no section changes: the breadcrumbs of an
    article that the actor may read."""
    return remember(
        ANONYMOUS, ("trail", section_id), (SITE,), lambda: as_crumbs(SectionTree((), _load_nodes()).trail(section_id))
    )


def is_empty_section(node: SectionNode) -> bool:
    """Return whether nothing is in a section: no other section, and no article in any state."""
    return not node.children and db.session.scalar(sa.select(Article.id).where(Article.section_id == node.id).limit(1)) is None


def usual_section(category_id: int) -> int | None:
    """Return the section in which most articles built from threads of a category stand; archived ones do not count."""
    count = sa.func.count(Article.id.distinct())
    statement = (
        sa.select(Article.section_id)
        .join(ArticleSource, ArticleSource.article_id == Article.id)
        .join(Thread, Thread.id == ArticleSource.thread_id)
        .where(Thread.category_id == category_id, Article.state != ArticleState.ARCHIVED)
        .group_by(Article.section_id)
        .order_by(count.desc(), Article.section_id)
        .limit(1)
    )
    return db.session.scalar(statement)


def as_crumbs(trail: Iterable[SectionNode]) -> tuple[tuple[str, str], ...]:
    """Return title and path of some sections, as breadcrumbs show them."""
    return tuple((node.title, node.path) for node in trail)


_SECTIONS = sa.select(
    Section.id, Section.parent_id, Section.slug, Section.title, Section.description, Section.position, Section.language
).order_by(Section.position, Section.id)


@lru_cache(maxsize=8)
def _counts(reader: Actor) -> sa.Select[int, int]:
    return sa.select(Article.section_id, sa.func.count()).where(listed_articles(reader)).group_by(Article.section_id)


def _load_nodes() -> dict[int, SectionNode]:
    """Return new nodes of what is remembered while no section changes."""
    rows: tuple[tuple[Any, ...], ...] = remember(ANONYMOUS, "sections", (SITE,), lambda: tuple(map(tuple, read(_SECTIONS))))
    return {row[0]: SectionNode(*row) for row in rows}


def _link(nodes: dict[int, SectionNode]) -> list[SectionNode]:
    """Hang the nodes on their parents and return the roots."""
    roots = []
    for node in nodes.values():
        if node.parent_id is None:
            roots.append(node)
        else:
            nodes[node.parent_id].children.append(node)
    for root in roots:
        for node in _walk(root):
            for child in node.children:
                child.depth = node.depth + 1
    return roots


def _walk(node: SectionNode) -> list[SectionNode]:
    return [node, *(found for child in node.children for found in _walk(child))]


def _add_up(node: SectionNode) -> int:
    node.count = node.own_count + sum(_add_up(child) for child in node.children)
    return node.count
