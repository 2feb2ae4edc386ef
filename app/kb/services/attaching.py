"""Sources of articles that were written elsewhere: named by post, revision and hash, and taken only where all three agree."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.core.db import db
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.forum.models import Post, PostRevision
from app.kb.models import Article, ArticleSource, SourceRole
from app.kb.services.blocks import Origin
from app.kb.services.drafting import list_origins


class Claim(Struct, frozen=True):
    """What a file says of a source: `hash` is that of the Markdown of this revision of this post."""

    post_id: int
    revision: int
    hash: str
    role: str


def known_claims(claims: Iterable[Claim]) -> set[Claim]:
    """Return those that name a revision which stands here with the same text; another site's ids mean nothing here."""
    wanted = list(claims)
    statement = sa.select(PostRevision.post_id, PostRevision.number, PostRevision.body_hash).where(
        PostRevision.post_id.in_({claim.post_id for claim in wanted})
    )
    standing = {(row.post_id, row.number, row.body_hash) for row in db.session.execute(statement)}
    return {claim for claim in wanted if (claim.post_id, claim.revision, claim.hash) in standing}


def find_origins(claims: Sequence[Claim], article_id: int | None = None) -> list[tuple[str, Origin]]:
    """Return the sources that claims name, as far as they are known here, then those that an article has besides, by part.

    So `assembling.read_blocks` takes them.
    """
    known = known_claims(claims)
    posts = {post.id: post for post in db.session.scalars(sa.select(Post).where(Post.id.in_({claim.post_id for claim in known})))}
    found = [
        (_role(claim), Origin(claim.post_id, claim.revision, claim.hash, posts[claim.post_id].author_id, posts[claim.post_id].thread_id))
        for claim in claims
        if claim in known
    ]  # fmt: skip
    if article_id is not None:
        named = {origin.post_id for _role_name, origin in found}
        found += [(role, origin) for role, origin in list_origins(article_id) if origin.post_id not in named]
    return found


def attach_sources(article: Article, claims: Sequence[Claim]) -> int:
    """Link an article to sources that are known here and return how many were new; those it has stay as they are."""
    require_unit_of_work()
    known = known_claims(claims)
    posts = {post.id: post for post in db.session.scalars(sa.select(Post).where(Post.id.in_({claim.post_id for claim in known})))}
    statement = sa.select(ArticleSource.post_id, ArticleSource.role).where(ArticleSource.article_id == article.id)
    present = {(post_id, role) for post_id, role in db.session.execute(statement)}
    added = 0
    for position, claim in enumerate(claims):
        role = _role(claim)
        if claim not in known or (claim.post_id, role) in present:
            continue
        present.add((claim.post_id, role))
        db.session.add(_source(article, posts[claim.post_id], claim, role, position))
        added += 1
    db.session.flush()
    return added


def _role(claim: Claim) -> str:
    return claim.role if claim.role in SourceRole._value2member_map_ else SourceRole.OTHER


def _source(article: Article, post: Post, claim: Claim, role: str, position: int) -> ArticleSource:
    return ArticleSource(
        article_id=article.id, thread_id=post.thread_id, post_id=post.id, post_revision=claim.revision, post_hash=claim.hash,
        author_id=post.author_id, role=role, position=position, was_accepted=post.accepted_at is not None, was_listed=post.is_listed,
    )  # fmt: skip
