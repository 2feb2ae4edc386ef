"""The home page: search first, then one's own things, then topics, articles and questions that were solved or need somebody."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.settings import Settings
from app.forum.queries.categories import list_topics
from app.forum.queries.lists import ThreadRow, list_first_threads
from app.forum.urls import list_path
from app.kb.queries import list_popular_articles
from app.pages.blueprint import blueprint
from app.pages.personal import PersonalHome, personal_home
from app.web.access import public
from app.web.context import current_actor, site_settings
from app.web.contract import FixedFacts
from app.web.marking import ARTICLES, THREADS, keep_page
from app.web.render import page, tagline
from app.web.seo import Head, contract_of

ARTICLES_SHOWN = 6
THREADS_SHOWN = 6


def website_data(settings: Settings) -> dict[str, Any]:
    """Return WebSite data that names the site and its search."""
    return {
        "@type": "WebSite",
        "name": settings.site_name,
        "url": f"{settings.base_url}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{settings.base_url}/search?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


@blueprint.get("/")
@public
def home() -> Response:
    """Show the way to an answer."""
    actor, settings = current_actor(), site_settings()
    keep_page(THREADS, ARTICLES)
    categories = list_topics(actor)
    articles = list_popular_articles(actor, ARTICLES_SHOWN)
    mine = personal_home(actor)
    solved, unanswered, newest = _threads(actor, mine)
    return page(
        "pages/home.html",
        Head(
            title=settings.site_name,
            description=tagline(settings),
            path="/",
            contract=contract_of(FixedFacts(("WebSite",))),
            jsonld=[website_data(settings)],
            feeds=[(_("Newest threads"), "/feed.atom")],
        ),
        mine=mine,
        categories=categories,
        places=tuple((row.name, row.path, row.thread_count) for row in categories),
        articles=articles,
        solved=solved,
        unanswered=unanswered,
        newest=newest,
        is_empty=not (
            (mine and mine.has_threads)
            or articles
            or solved
            or unanswered
            or newest
            or any(row.thread_count for row in categories)
        ),
        solved_path=list_path(view="solved"),
        unanswered_path=list_path(view="unanswered"),
    )


def _threads(actor: Actor, mine: PersonalHome | None) -> tuple[Sequence[ThreadRow], Sequence[ThreadRow], Sequence[ThreadRow]]:
    """What is solved, what has no answer, and only then what is newest: less of it, and nothing twice, for who has something of their own."""
    known = {row.id for row in (*mine.own, *mine.followed, *mine.wanted)} if mine else set()
    solved = list_first_threads(actor, view="solved", kind="question", limit=THREADS_SHOWN) if not known else ()
    if mine and mine.wanted:
        return solved, (), ()
    unanswered = list_first_threads(actor, view="unanswered", limit=THREADS_SHOWN + len(known))
    newest = () if unanswered or known else list_first_threads(actor, view="newest", kind="question", limit=THREADS_SHOWN)
    return solved, [row for row in unanswered if row.id not in known][:THREADS_SHOWN], newest
