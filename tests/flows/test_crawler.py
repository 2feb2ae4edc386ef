"""What a search engine gets that follows every link of the demo site: no dead ends, no doubles, nothing private, all complete."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from urllib.parse import quote, urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import lxml.etree
import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.forum.models import Category, Comment, Post, Thread
from app.kb.models import Article, ArticleState
from app.pages.auditing import audit_site
from app.pages.crawling import Answer
from app.pageviews.models import PageviewDay
from app.pageviews.recorder import flush
from tests.client import check_page
from tests.flows.crawling import BASE, REDIRECTS, Crawl, Fetched

STAFF_PHRASE = "periwinkle-ladder"
HIDDEN_PHRASE = "marzipan-secret"
ATOM = "{http://www.w3.org/2005/Atom}"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=()",
}


@pytest.fixture(scope="module")
def listed(crawl: Crawl) -> dict[str, str]:
    """The paths in the sitemap, with their files."""
    return crawl.sitemap()


def public_threads(*more: sa.ColumnElement[bool]) -> list[Thread]:
    """Threads that everybody may read."""
    given = (Category.audience == "public", Thread.hidden_at.is_(None), Thread.held_at.is_(None), *more)
    return list(db.session.scalars(sa.select(Thread).join(Category, Category.id == Thread.category_id).where(*given)))


def test_the_audit_finds_nothing_wrong(crawl: Crawl, demo_site: Flask) -> None:
    """The same pages, as `threadwell seo audit --crawl` sees them."""

    def fetch(path: str) -> Answer:
        answer = crawl.found.get(path) or crawl.fetch(path)
        return Answer(answer.status, answer.mimetype, answer.text, answer.headers.get("Location", ""))

    findings, visited = audit_site(demo_site, BASE, fetch=fetch)
    assert not findings, "\n".join(f"{one.check}: {one.path} {one.words}" for one in findings)
    assert visited.is_complete
    assert not [path for path in crawl.found if path not in visited.found and "version=" not in path]


def test_every_link_leads_to_a_page_in_at_most_one_hop(crawl: Crawl) -> None:
    assert len(crawl.found) > 500
    dead = [
        f"{a.status} {a.path}, linked from {a.linked_from}" for a in crawl.found.values() if a.status not in (200, *REDIRECTS)
    ]
    assert not dead, "\n".join(dead)
    moved = [answer for answer in crawl.found.values() if answer.status in REDIRECTS]
    long = [
        f"{a.path} -> {a.location} -> {crawl.found[a.location].status}" for a in moved if crawl.found[a.location].status != 200
    ]
    assert not long, "\n".join(long)


def test_only_permanent_links_are_redirects(crawl: Crawl) -> None:
    """Pages link to each other at their own addresses; only links to single posts and comments lead on, for now (302)."""
    for answer in crawl.found.values():
        if answer.status in REDIRECTS:
            assert answer.status == 302 and answer.path.startswith(("/posts/", "/comments/")), (answer.path, answer.linked_from)


def test_links_to_a_place_in_a_page_find_it(crawl: Crawl) -> None:
    ids = {page.path: set(page.tree.xpath("//@id")) for page in crawl.pages}
    lost = []
    for page in crawl.pages:
        for link in page.tree.xpath("//main//a/@href[contains(., '#')]"):
            address, fragment = urldefrag(urljoin(BASE + page.path, link))
            target = address.removeprefix(BASE)
            if target in ids and fragment and fragment not in ids[target]:
                lost.append(f"{link} on {page.path}")
    assert not lost, "\n".join(lost)


def test_permanent_links_lead_to_the_post_they_name(crawl: Crawl) -> None:
    posts = [a for a in crawl.found.values() if a.path.startswith("/posts/") and a.status in REDIRECTS]
    assert len(posts) > 100
    for answer in posts:
        anchor = urldefrag(answer.headers["Location"])[1]
        assert anchor == f"post-{answer.path.split('/')[2]}", answer.path
        assert crawl.found[answer.location].tree.xpath("//*[@id=$anchor]", anchor=anchor), answer.path


def test_every_page_is_well_made(crawl: Crawl) -> None:
    for page in crawl.pages:
        check_page(page.tree, page.path)


def test_no_two_indexable_pages_share_a_title(crawl: Crawl) -> None:
    by_title: dict[str, list[str]] = defaultdict(list)
    for page in crawl.indexable:
        by_title[page.title.casefold()].append(page.path)
    assert not {title: paths for title, paths in by_title.items() if len(paths) > 1}


def test_indexable_pages_are_canonical_to_themselves(crawl: Crawl) -> None:
    assert len(crawl.indexable) > 80
    for page in crawl.indexable:
        assert len(page.tree.xpath("//link[@rel='canonical']")) == 1, page.path
        assert page.canonical == BASE + page.path
        assert page.first("//meta[@property='og:url']/@content") == page.canonical


def test_every_indexable_page_has_a_description_of_its_own(crawl: Crawl) -> None:
    by_description: dict[str, list[str]] = defaultdict(list)
    for page in crawl.indexable:
        assert 20 <= len(page.description) <= 170, (page.path, page.description)
        assert page.first("//meta[@property='og:description']/@content") == page.description
        by_description[page.description].append(page.path)
    assert not {text: paths for text, paths in by_description.items() if len(paths) > 1}


def test_the_sitemap_lists_indexable_pages_only_and_each_can_be_reached_by_links(crawl: Crawl, listed: dict[str, str]) -> None:
    assert len(listed) > 50
    for path in listed:
        assert path in crawl.found, f"{path} is in the sitemap, but no page links to it"
        page = crawl.found[path]
        assert page.status == 200 and page.is_indexable and page.canonical == BASE + path, path


def test_what_somebody_vouches_for_is_in_the_sitemap(crawl: Crawl, listed: dict[str, str]) -> None:
    solved = [t.path for t in public_threads(Thread.accepted_count > 0, Thread.duplicate_of_id.is_(None))]
    articles = {
        path for path in crawl.found if path.startswith("/kb/") and path.count("/") == 3 and crawl.found[path].is_indexable
    }
    assert len(solved) > 20 and len(articles) > 4
    assert set(solved) | articles <= set(listed)


def test_sitemap_files_are_what_the_protocol_wants(crawl: Crawl) -> None:
    index = crawl.fetch("/sitemap.xml")
    files = [index] + [
        crawl.fetch(urlsplit(loc).path) for loc in lxml.etree.fromstring(index.text.encode()).itertext() if BASE in loc
    ]
    assert len(files) > 3
    for file in files:
        assert file.status == 200 and file.mimetype in ("application/xml", "application/gzip") and len(file.text) < 50_000_000
        tree = lxml.etree.fromstring(file.text.encode())
        assert tree.tag in (f"{{http://www.sitemaps.org/schemas/sitemap/0.9}}{name}" for name in ("sitemapindex", "urlset"))
        assert 0 < len(tree) <= 50_000
        for moment in tree.xpath("//*[local-name()='lastmod']/text()"):
            assert datetime.fromisoformat(moment)


def test_robots_block_nothing_that_is_listed_or_asks_not_to_be_indexed(crawl: Crawl, listed: dict[str, str]) -> None:
    rules = RobotFileParser()
    rules.parse(crawl.fetch("/robots.txt").text.splitlines())
    assert rules.site_maps() == [f"{BASE}/sitemap.xml"]
    for path in [*listed, *(page.path for page in crawl.indexable)]:
        assert rules.can_fetch("Googlebot", BASE + path), path
    unread = [page.path for page in crawl.pages if not page.is_indexable and not rules.can_fetch("Googlebot", BASE + page.path)]
    assert not unread, "their noindex cannot be read"
    assert not rules.can_fetch("Googlebot", f"{BASE}/moderation/queue")


def test_tools_searches_and_other_orders_are_kept_out(crawl: Crawl) -> None:
    thread = public_threads(Thread.answer_count > 1)[0]
    paths = [
        "/search", "/search?q=hub", "/search?q=zzzz", "/ask", "/login", "/signup", "/reset-password", "/discussions/new",
        "/questions?view=solved", "/questions?view=unanswered", "/questions?tag=hub", "/questions?category=sensors",
        "/tags?sort=name", "/c/sensors?view=popular", f"{thread.path}?sort=newest",
    ]  # fmt: skip
    for path in paths:
        page = crawl.fetch(path)
        assert page.status == 200 and page.mimetype == "text/html", (path, page.status)
        assert page.first("//meta[@name='robots']/@content") == "noindex,follow", path
        assert not page.jsonld, path
    for page in crawl.pages:
        query = urlsplit(page.path).query
        assert not page.is_indexable or not query or query.startswith("page="), page.path


def test_what_does_not_exist_says_so(crawl: Crawl) -> None:
    thread = public_threads()[0]
    past = ["/questions", "/discussions", "/tags", "/c/sensors", "/tags/hub", thread.path]
    missing = [f"{path}?page=99" for path in past] + [
        "/nothing", "/questions/99999999/x", "/discussions/99999999", "/kb/nowhere", "/kb/nowhere/nothing", "/tags/no-such-tag",
        "/people/nobody-at-all", "/c/nowhere", "/posts/99999999", "/comments/99999999", "/sitemap-threads-99.xml",
        "/questions?view=nonsense", "/questions?tag=no-such-tag", f"/questions/{10**30}/x",
    ]  # fmt: skip
    for path in missing:
        assert crawl.fetch(path).status == 404, path


def test_hidden_threads_are_gone_and_held_ones_unknown(crawl: Crawl) -> None:
    hidden = db.session.scalars(sa.select(Thread).where(Thread.hidden_at.is_not(None), Thread.held_at.is_(None))).all()
    held = db.session.scalars(sa.select(Thread).where(Thread.held_at.is_not(None))).all()
    assert hidden and held
    for thread in [*hidden, *held]:
        for path in (thread.path, f"/questions/{thread.id}/feed.atom", f"/discussions/{thread.id}/feed.atom"):
            assert crawl.fetch(path).status in ((404, 410) if thread in hidden else (404,)), path
        assert crawl.fetch(thread.path).status == (410 if thread in hidden else 404)
        assert crawl.fetch(f"{thread.path}/").headers["Location"] == thread.path, "an address, whoever asks, and nothing about it"


def test_nothing_private_is_anywhere(crawl: Crawl, listed: dict[str, str]) -> None:
    private = list(db.session.scalars(sa.select(Thread.title).join(Category).where(Category.audience != "public")))
    private += list(
        db.session.scalars(sa.select(Thread.title).where(sa.or_(Thread.hidden_at.is_not(None), Thread.held_at.is_not(None))))
    )
    not_out = sa.or_(Article.state.in_((ArticleState.DRAFT, ArticleState.IN_REVIEW)), Article.audience != "public")
    private += list(db.session.scalars(sa.select(Article.title).where(not_out)))
    assert len(private) > 5
    answers = [*crawl.found.values(), *(crawl.fetch(file) for file in {*listed.values(), "/sitemap.xml", "/robots.txt"})]
    for title in private:
        answers.append(crawl.fetch(f"/search?q={quote(title)}"))
        answers.append(crawl.fetch(f"/search/suggest?q={quote(title[:20])}"))
        answers.append(crawl.fetch(f"/ask/similar?title={quote(title)}"))
    answers += [crawl.fetch(f"/search?q={STAFF_PHRASE}&type={kind}") for kind in ("all", "threads", "articles")]
    for answer in answers:
        is_query = answer.path.startswith(("/search", "/ask/similar"))
        # What was typed stands in the field and the heading; results are links.
        shown = " ".join(answer.tree.xpath("//main//ol//text()")) if is_query and answer.is_page else answer.text
        assert STAFF_PHRASE not in shown.casefold() and HIDDEN_PHRASE not in shown, answer.path
        for title in private:
            assert title not in shown and lxml.html.tostring(_escaped(title)).decode() not in shown, (title, answer.path)


def _escaped(title: str) -> lxml.html.HtmlElement:
    element: lxml.html.HtmlElement = lxml.html.Element("span")
    element.text = title
    return element


def test_links_that_members_wrote_are_not_endorsed(crawl: Crawl) -> None:
    outside = 0
    for page in crawl.pages:
        for link in page.tree.xpath("//a[@href]"):
            parts = urlsplit(urljoin(BASE + page.path, link.get("href")))
            assert parts.scheme in ("http", "https", "mailto"), (page.path, link.get("href"))
            is_foreign = parts.scheme in ("http", "https") and parts.netloc != urlsplit(BASE).netloc
            if is_foreign and link.xpath("ancestor::main"):
                outside += 1
                assert {"ugc", "nofollow", "noopener"} <= set((link.get("rel") or "").split()), (page.path, link.get("href"))
            elif parts.netloc:
                assert "ugc" not in (link.get("rel") or ""), (page.path, link.get("href"))
    assert outside > 8


def test_every_answer_carries_security_headers_and_no_cookie(crawl: Crawl) -> None:
    others = [crawl.fetch(path) for path in ("/nothing", "/sitemap.xml", "/robots.txt", "/search?q=hub", "/moderation")]
    for answer in [*crawl.found.values(), *others]:
        for name, start in HEADERS.items():
            assert answer.headers.get(name, "").startswith(start), (answer.path, name)
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        is_form = answer.path.startswith(("/login", "/signup", "/reset-password"))
        assert is_form or not answer.cookies, (answer.path, answer.cookies)


def test_pages_are_complete_without_a_script(crawl: Crawl) -> None:
    """Every public text stands in the page on which it is linked: openings, answers, comments, whole articles."""
    texts: dict[str, list[str]] = defaultdict(list)
    visible = (Post.hidden_at.is_(None), Post.held_at.is_(None))
    for thread in public_threads():
        pages = [page for page in crawl.pages if urlsplit(page.path).path == thread.path and "sort=" not in page.path]
        assert pages, thread.path
        text = " ".join(page.text for page in pages)
        posts = db.session.scalars(sa.select(Post).where(Post.thread_id == thread.id, *visible)).all()
        for post in posts:
            texts[thread.path] += [] if post.body_html in text else [post.body_html]
            said = sa.select(Comment.body_html).where(Comment.post_id == post.id, Comment.hidden_at.is_(None))
            texts[thread.path] += [html for html in db.session.scalars(said) if html not in text]
    published = sa.select(Article).where(Article.state == ArticleState.PUBLISHED, Article.audience == "public")
    whole = " ".join(page.text for page in crawl.pages if page.path.startswith("/kb/"))
    for article in db.session.scalars(published):
        assert article.body_html in whole, article.title
    missing = {path: parts for path, parts in texts.items() if parts}
    assert not missing


def test_unchanged_answers_are_304_without_a_body(crawl: Crawl, listed: dict[str, str]) -> None:
    feeds = [answer for answer in crawl.found.values() if answer.mimetype == "application/atom+xml"]
    fixed = [crawl.fetch(path) for path in {"/sitemap.xml", "/robots.txt", "/opensearch.xml", *listed.values()}]
    for answer in [*crawl.indexable, *feeds, *fixed]:
        assert answer.headers.get("ETag"), answer.path
        assert "public" in answer.headers["Cache-Control"] and "Cookie" in answer.headers["Vary"], answer.path
        again = crawl.fetch(answer.path, If_None_Match=answer.headers["ETag"])
        assert (again.status, again.text) == (304, ""), answer.path
        assert again.headers["ETag"] == answer.headers["ETag"]


def test_head_answers_like_get_without_a_body(crawl: Crawl) -> None:
    for path in ("/", "/questions", "/kb", "/feed.atom", "/sitemap.xml", "/nothing", public_threads()[0].path):
        head = crawl.client.head(path)
        assert head.status_code == crawl.fetch(path).status and head.data == b"", path


def test_all_feeds_are_valid_atom(crawl: Crawl) -> None:
    feeds = [answer for answer in crawl.found.values() if "feed.atom" in answer.path]
    assert len(feeds) > 50 and {"/feed.atom", "/kb/feed.atom"} <= {feed.path for feed in feeds}
    for feed in feeds:
        assert feed.mimetype == "application/atom+xml", feed.path
        check_feed(lxml.etree.fromstring(feed.text.encode()), feed)


def check_feed(tree: lxml.etree._Element, feed: Fetched) -> None:
    """RFC 4287: what feeds and entries must have, with absolute links and moments that name their zone."""
    assert tree.tag == f"{ATOM}feed"
    entries = tree.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert entries and len(set(ids)) == len(ids), feed.path
    assert tree.find(f"{ATOM}link[@rel='self']").get("href") == BASE + feed.path  # type: ignore[union-attr]
    for part in (tree, *entries):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1 and (part.findtext(f"{ATOM}{name}") or "").strip(), (feed.path, name)
        assert urlsplit(part.findtext(f"{ATOM}id") or "").scheme == "http", feed.path
        assert (part.findtext(f"{ATOM}author/{ATOM}name") or "").strip(), feed.path
        for name in ("updated", "published"):
            for moment in part.findall(f"{ATOM}{name}"):
                assert datetime.fromisoformat(moment.text or "").utcoffset() is not None, feed.path
        links = part.findall(f"{ATOM}link")
        assert links and all((link.get("href") or "").startswith(f"{BASE}/") for link in links), feed.path
    for entry in entries:
        content = entry.find(f"{ATOM}content")
        assert content is not None and content.get("type") == "html" and (content.text or "").strip(), feed.path
        assert lxml.html.fragments_fromstring(content.text or "")


def test_a_crawler_is_never_counted_as_a_reader(crawl: Crawl) -> None:
    before = db.session.scalar(sa.select(sa.func.sum(PageviewDay.views)))
    flush()
    assert db.session.scalar(sa.select(sa.func.sum(PageviewDay.views))) == before


def test_every_public_thread_and_article_can_be_found_by_links(crawl: Crawl, demo_site: Flask) -> None:
    lost = [thread.path for thread in public_threads() if thread.path not in crawl.found]
    assert not lost, "no page links to them"
