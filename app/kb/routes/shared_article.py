"""The page of an article as its readers share it: nothing on it is anybody's own but the frame.

Who may edit the article, and who is told something (a message, thanks for their word), gets a page of their own.
"""

from collections.abc import Callable
from typing import cast

from flask import Response, request

from app.core.actor import Actor
from app.core.i18n import current_language
from app.core.records import Struct
from app.kb.models import Article, ArticleState
from app.kb.policies import can_edit_article, can_see_article
from app.kb.queries.article_page import ArticleHead
from app.pagecache.sharing import common_reader, filled_in, find_page, may_share, shared_pages
from app.web.context import acting_as
from app.web.pieces import for_many


class SharedKey(Struct, frozen=True):
    """Which page a request may share: its address, and the reader for whom it is made, who is nobody."""

    address: str
    language: str
    reader: Actor


class SharedArticle(Struct, frozen=True):
    """What is known of a shared page: whose readers are counted, and who is none of them."""

    article_id: int
    owner_id: int | None
    is_counted: bool


def key_of_request(actor: Actor) -> SharedKey | None:
    """Return which page the running request may share; None where it needs one of its own."""
    if not may_share(actor) or "thanks" in request.args:
        return None
    return SharedKey(f"{request.host}{request.path}", current_language(), common_reader(actor))


def find_shared(actor: Actor, key: SharedKey) -> tuple[Response, SharedArticle] | None:
    """Return the shared page with the actor's own frame, if there is a current one."""
    page = find_page(key)
    return (filled_in(actor, page), cast(SharedArticle, page.facts)) if page is not None else None


def share(actor: Actor, key: SharedKey, article: ArticleHead, make: Callable[[Actor, ArticleHead], Response]) -> Response | None:
    """Make the page that the actor shares with others, and return it with their own frame; None if they may not share it."""
    pages, entity = shared_pages(), cast(Article, article)
    if pages is None or request.args or not can_see_article(key.reader, entity) or can_edit_article(key.reader, entity):
        return None
    with acting_as(key.reader), for_many():
        made = make(key.reader, article)
    return filled_in(actor, pages.keep(key, made, facts_of(article)))


def facts_of(article: ArticleHead) -> SharedArticle:
    """Return what has to be known of an article to count its readers."""
    return SharedArticle(article.id, article.owner_id, article.state == ArticleState.PUBLISHED)
