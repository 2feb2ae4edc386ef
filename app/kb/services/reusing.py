"""Articles used in answers: which links of an official answer lead to articles. Counts nothing twice; writes no text.

The links of the stored text are the only evidence, so that an article counts however it got there: put in at the desk, pasted,
or added in a later edit; and no longer when the link is taken out.
"""

import re
from html import unescape
from urllib.parse import quote, unquote, urlsplit

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, upsert
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.jobs.queue import enqueue
from app.kb.models import Article, ArticleReuse, ArticleSlug
from app.kb.policies import is_as_narrow

USES_JOB = "kb.find_uses"
MOST_LINKS = 50
"""Links of one answer that are looked at."""

_LINK = re.compile(r"<a ([^>]*)>")
_HREF = re.compile(r'\bhref="([^"]*)"')
_ARTICLE_ID = re.compile(r"/kb/articles/([1-9][0-9]{0,17})/?")
_ARTICLE_SLUG = re.compile(r"/kb/[^/]+/([^/]+)/?")


def record_reuse(*, post_id: int, is_new: bool = False) -> int:
    """Make the record say which articles the post leads to, and return their number.

    Only official answers count, and only articles that were published and that everybody who reads the answer may read. With
    `is_new` the record says nothing of the post yet, and is not asked.
    """
    require_unit_of_work()
    post = db.session.get(Post, post_id)
    if post is None:
        return 0
    audience = sa.select(Category.audience).join(Thread, Thread.category_id == Category.id).where(Thread.id == post.thread_id)
    counts = post.kind == PostKind.ANSWER and post.is_official
    wanted = _articles_of(post.body_html, db.session.scalars(audience).one()) if counts else set()
    recorded = sa.select(ArticleReuse.article_id).where(ArticleReuse.post_id == post_id)
    known = set() if is_new else set(db.session.scalars(recorded))
    if gone := known - wanted:
        mine = sa.delete(ArticleReuse).where(ArticleReuse.post_id == post_id, ArticleReuse.article_id.in_(gone))
        db.session.execute(mine)
    row = {"thread_id": post.thread_id, "post_id": post_id, "person_id": post.author_id, "created_at": now()}
    rows = [{"article_id": article_id, **row} for article_id in sorted(wanted - known)]
    upsert(ArticleReuse.__table__, rows, ["article_id", "post_id"], ())
    return len(wanted)


def record_reuse_in(thread_id: int) -> None:
    """As `record_reuse`, for a thread in which posts became official answers, or are none any more, or that others read now."""
    require_unit_of_work()
    known = sa.select(ArticleReuse.post_id).where(ArticleReuse.thread_id == thread_id)
    linking = sa.and_(Post.is_official, Post.body_html.contains("/kb/"))
    statement = sa.select(Post.id).where(Post.thread_id == thread_id, sa.or_(linking, Post.id.in_(known)))
    for post_id in db.session.scalars(statement.order_by(Post.id)).all():
        record_reuse(post_id=post_id)


def request_uses(article_id: int) -> None:
    """Have found soon which answers led to an article before it was published, or before others read it."""
    enqueue(USES_JOB, {"article_id": article_id}, dedupe_key=f"{USES_JOB}:{article_id}")


def find_uses(article_id: int) -> list[int]:
    """Return the posts that lead to an article, as far as they count or did: official answers, by all addresses it ever had."""
    slugs = sa.select(Article.slug).where(Article.id == article_id).union(
        sa.select(ArticleSlug.slug).where(ArticleSlug.article_id == article_id)
    )  # fmt: skip
    ends = [f"/kb/articles/{article_id}", *(f"/{form}" for slug in db.session.scalars(slugs) for form in {slug, quote(slug)})]
    linking = sa.and_(Post.is_official, sa.or_(*(Post.body_html.contains(end, autoescape=True) for end in ends)))
    known = sa.select(ArticleReuse.post_id).where(ArticleReuse.article_id == article_id)
    return list(db.session.scalars(sa.select(Post.id).where(sa.or_(linking, Post.id.in_(known))).order_by(Post.id)))


def article_links(html: str) -> tuple[set[int], set[str]]:
    """Return the ids and the slugs of the articles that sanitised HTML links to; links that leave the site carry a `rel`."""
    ids: set[int] = set()
    slugs: set[str] = set()
    if "/kb/" not in html:
        return ids, slugs
    for link in list(_LINK.finditer(html))[:MOST_LINKS]:
        href = _HREF.search(link[1])
        if href is None or 'rel="' in link[1]:
            continue
        path = urlsplit(unescape(href[1])).path
        if by_id := _ARTICLE_ID.fullmatch(path):
            ids.add(int(by_id[1]))
        elif by_slug := _ARTICLE_SLUG.fullmatch(path):
            slugs.add(unquote(by_slug[1]))
    return ids, slugs


def _articles_of(html: str, audience: str) -> set[int]:
    """Return the ids of the articles that the HTML links to and that `audience` may read."""
    ids, slugs = article_links(html)
    if not ids and not slugs:
        return set()
    before = sa.select(ArticleSlug.article_id).where(ArticleSlug.slug.in_(slugs))
    statement = sa.select(Article.id, Article.audience).where(
        sa.or_(Article.id.in_(ids), Article.slug.in_(slugs), Article.id.in_(before)), Article.published_revision.is_not(None)
    )
    return {row.id for row in db.session.execute(statement) if is_as_narrow(audience, than=row.audience)}
