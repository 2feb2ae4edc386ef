"""Pages everybody reads: the knowledge base, its sections, its articles, its feed."""

from collections.abc import Sequence
from typing import cast

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import parse_page
from app.forum.queries.versions import find_version_label
from app.kb import jsonld, presenters
from app.kb.models import Article
from app.kb.policies import can_manage_sections, can_publish_article, ensure_can_see_article
from app.kb.queries import articles as article_queries
from app.kb.queries import lists
from app.kb.queries.article_page import ArticleHead, find_article_head
from app.kb.queries.fixes import count_open_fixes
from app.kb.queries.lists import ArticleRow
from app.kb.queries.related import Related, find_read_next
from app.kb.queries.reuse import reuse_of
from app.kb.queries.review import confirmed_by_readers, count_open_remarks
from app.kb.queries.sections import as_crumbs, load_trail, load_tree
from app.kb.queries.sources import Credit, list_credits
from app.kb.queries.versions import checked_on, list_versions_of_articles
from app.kb.queries.wordings import Wording, each_once, list_wordings
from app.kb.routes.blueprint import blueprint
from app.kb.routes.shared_article import SharedArticle, facts_of, find_shared, key_of_request, share
from app.kb.urls import section_path, version_path
from app.pageviews.recorder import record
from app.search.documents import ARTICLE
from app.search.ledger.recorder import note_opened
from app.web.access import public
from app.web.atom import atom_feed
from app.web.context import current_actor, site_settings
from app.web.contract import ListFacts
from app.web.forms import query_line
from app.web.marking import ARTICLES, THREADS, keep_page, thread_tag
from app.web.redirects import moved
from app.web.render import page
from app.web.seo import Head, absolute, contract_of, numbered

HOME = (lazy_gettext("Knowledge base"), "/kb")
FEED = (lazy_gettext("New articles"), "/kb/feed.atom")
ASIDE = 5
# More than what is read most and named beside an article already.
MOST_NAMED = 16
# A section with so few articles needs no lists of the best of them.
FEW = 5


@blueprint.get("/kb")
@public
def home() -> Response:
    """Show the sections, what is read most, and what is new; with `version`, the articles that hold on that."""
    actor = current_actor()
    keep_page(ARTICLES)
    if asked := query_line("version", 12):
        return _articles_on(actor, asked)
    tree = load_tree(actor)
    head = Head(
        title=_("Knowledge base"), path="/kb", feeds=(FEED,), contract=contract_of(ListFacts(len(tree.roots))),
        description=_("Checked answers of the %(site_name)s community: guides, fixes and explanations.", site_name=site_settings().site_name),
    )  # fmt: skip
    return page(
        "kb/home.html", head, tree=tree, popular=lists.list_popular_articles(actor), newest=lists.list_newest_articles(actor),
        can_manage=can_manage_sections(actor), versions=list_versions_of_articles(actor), current=0,
    )  # fmt: skip


def _articles_on(actor: Actor, asked: str) -> Response:
    """Show the articles that hold on a published version. Raises NotFound for any other."""
    label = find_version_label(int(asked)) if asked.isascii() and asked.isdigit() else None
    if label is None:
        raise NotFound(_("There is no such version."))
    version_id, number = int(asked), parse_page(request.args.get("page"))
    rows = lists.list_articles(actor, version_id=version_id, page=number)
    head = Head(
        title=_on_page(_("Articles for %(label)s", label=label), number), path=version_path(version_id, number),
        description=numbered(_("Articles that somebody checked on %(label)s.", label=label), number),
        crumbs=[HOME, (label, version_path(version_id))],
    )  # fmt: skip
    return page(
        "kb/version.html", head, label=label, rows=rows, versions=list_versions_of_articles(actor), current=version_id,
        path=version_path(version_id),
    )  # fmt: skip


def _on_page(title: str, number: int) -> str:
    """Return the title of page `number` of a list."""
    return title if number == 1 else _("%(title)s (page %(amount)s)", title=title, amount=number)


@blueprint.get("/kb/<section>")
@public
def show_section(section: str) -> Response:
    """Show a section: what lies below it, and its own articles."""
    actor, number = current_actor(), parse_page(request.args.get("page"))
    tree = load_tree(actor, with_empty=can_manage_sections(actor))
    node = tree.find(section)
    keep_page(ARTICLES)
    rows, branch = lists.list_section_articles(actor, node.id, number), tree.branch(node)
    head = Head(
        title=_on_page(_("%(title)s: articles", title=node.title), number),
        description=numbered(node.description or _("Checked answers about %(title)s.", title=node.title), number),
        path=section_path(node.slug, number),
        contract=contract_of(ListFacts(node.count, has_trail=True), number), crumbs=[HOME, *as_crumbs(tree.trail(node.id))], feeds=(FEED,),
        prev_path=section_path(node.slug, number - 1) if number > 1 else "",
        next_path=section_path(node.slug, number + 1) if rows.has_next else "",
    )  # fmt: skip
    return page(
        "kb/section.html", head, section=node, rows=rows, can_manage=can_manage_sections(actor),
        popular=lists.list_most_read(actor, branch, ASIDE) if node.count > FEW else [],
        newest=lists.list_newest_articles(actor, ASIDE, section_ids=branch) if node.count > FEW else [],
    )  # fmt: skip


@blueprint.get("/kb/articles/<id:article_id>")
@public
def permalink(article_id: int) -> AnyResponse:
    """Lead to an article wherever it stands now."""
    return moved(presenters.path_of(article_queries.get_article(current_actor(), article_id)))


@blueprint.get("/kb/<section>/<slug>")
@public
def show_article(section: str, slug: str) -> AnyResponse:
    """Show an article; earlier addresses of it lead to its present one for good."""
    actor = current_actor()
    key = key_of_request(actor)
    shared = find_shared(actor, key) if key else None
    if shared is not None:
        return _noted(*shared)
    article = find_article_head(slug)
    if article is None:
        raise NotFound
    ensure_can_see_article(actor, cast(Article, article))
    if (article.section.slug, article.slug) != (section, slug):
        return moved(article.path)
    response = share(actor, key, article, _article_page) if key else None
    return _noted(response or _article_page(actor, article), facts_of(article))


def _noted(response: Response, article: SharedArticle) -> Response:
    """Count that an article is read, and note the search that led to it."""
    if article.is_counted:
        record("article", article.article_id, article.owner_id)
        note_opened("article", article.article_id)
    return response


def _asked_as(article: ArticleHead, has_sources: bool) -> tuple[list[str], list[Wording]]:
    """Return how people ask for an article: by hand and by their searches, and as titles of duplicates."""
    return each_once(article.title, article.wordings, list_wordings(article.id) if has_sources else ())


def _article_page(actor: Actor, article: ArticleHead) -> Response:
    newest = article_queries.get_revision(article.id, article.revision) if article.published_revision is None else None
    credits = list_credits(actor, article.id)
    view = presenters.present_article(actor, article, newest, credits)
    least = site_settings().also_read_min
    related = find_read_next(actor, title=article.title, text=view.description, article_id=article.id, least=least)
    asked_as, duplicates = _asked_as(article, bool(credits))
    named = (card.id for card in (*related.threads, *related.also_read) if card.kind != ARTICLE)
    keep_page(ARTICLES, *((THREADS,) if credits else map(thread_tag, named)))
    return page(
        "kb/article.html", _head(article, view, credits), view=view, article=article,
        contributors=presenters.contributors(credits), credited=presenters.name_posts(credits), sources=presenters.source_threads(credits),
        asked_as=asked_as, duplicates=duplicates, related_articles=related.articles, beside=_beside(actor, article, related),
        related_threads=[card for card in related.threads if card.article_id != article.id], also_read=related.also_read,
        reasons=presenters.REASONS, feedback=presenters.present_feedback(article, request.args.get("thanks", "")),
        reuse=reuse_of(actor, article.id) if view.can_edit else None, checked=checked_on(article.id),
        confirmed=confirmed_by_readers(article), can_publish=can_publish_article(actor, cast(Article, article)),
        open_remarks=count_open_remarks(actor, article.id) if view.can_edit else 0, licence=site_settings().content_licence,
        open_fixes=count_open_fixes(actor, article.id) if view.can_edit else 0,
    )  # fmt: skip


def _beside(actor: Actor, article: ArticleHead, related: Related) -> list[ArticleRow]:
    """Return what is read most in the same section, without what is named as related already."""
    named = {article.id, *(card.id for card in (*related.articles, *related.also_read) if card.kind == ARTICLE)}
    rows = lists.list_most_read(actor, [article.section_id], MOST_NAMED)
    return [row for row in rows if row.id not in named][:ASIDE]


def _head(article: ArticleHead, view: presenters.ArticleView, credits: Sequence[Credit]) -> Head:
    crumbs = [HOME, *load_trail(article.section_id), (article.title, view.path)]
    site = site_settings()
    contract = contract_of(view.facts)
    data = jsonld.article_data(
        article, base_url=site.base_url, site_name=site.site_name, address=absolute(view.path), description=view.description,
        credits=credits,
    ) if contract.data else None  # fmt: skip
    return Head(
        title=article.title, description=view.description, path=view.path, contract=contract,
        jsonld=(data,) if data else (), crumbs=crumbs, feeds=(FEED,), og_type="article",
        changed_at=article.modified_at,
    )  # fmt: skip


@blueprint.get("/kb/feed.atom")
@public
def feed() -> Response:
    """The public articles changed last, whoever asks."""
    keep_page(ARTICLES)
    return atom_feed(_("Knowledge base"), "/kb/feed.atom", "/kb", lists.list_feed_articles())
