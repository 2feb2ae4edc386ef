"""Talking about an article before (and after) it is published, and who looks after it."""

from app.accounts.queries import find_person, find_person_by_name
from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, separated
from app.core.markup import Rendered
from app.core.reasons import REASON_MAX
from app.core.text import shorten
from app.core.uow import require_unit_of_work
from app.kb.events import ArticleDiscussed, ArticleOwnerChanged
from app.kb.models import Article, ArticleComment
from app.kb.policies import can_own_articles, ensure_can_edit_article, ensure_can_publish_article
from app.kb.queries.articles import get_article_and_threads_for_update, get_article_for_update, look_up_revision
from app.kb.services.publishing import reopen

REMARK_MAX = 5_000
CANNOT_OWN = lazy_gettext("There is nobody of this name who can look after it. They must be able to read and write it.")


def comment_article(actor: Actor, *, article_id: int, body: Rendered) -> ArticleComment:
    """Remark something about the newest revision. Raises NotFound, Forbidden, Invalid("body")."""
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_edit_article(actor, article)
    if not body.text.strip():
        raise Invalid(_("Please write something."), "body")
    if len(body.source) > REMARK_MAX:
        raise Invalid(_("Please shorten this to %(remark_max)s characters.", remark_max=separated(REMARK_MAX)), "body")
    made = remark(actor.id, article, body.source, str(body.html))
    ensure_may_still_post(actor)
    return made


def remark(author_id: int | None, article: Article, source: str, html: str) -> ArticleComment:
    """Write a remark about the newest revision and tell others. The caller has asked the policy."""
    row = ArticleComment(
        article_id=article.id,
        revision=article.revision,
        author_id=author_id,
        body_source=source,
        body_html=html,
        created_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    emit(ArticleDiscussed(article.id, author_id))
    return row


def send_back(actor: Actor, *, article_id: int, body: Rendered | None = None) -> Article:
    """Make an article a draft again, and remark why. Raises as `publishing.reopen` does."""
    require_unit_of_work()
    article = get_article_and_threads_for_update(article_id)
    ensure_can_publish_article(actor, article)
    if body is not None and body.text.strip():
        remark(actor.id, article, body.source, str(body.html))
    return reopen(actor, article_id=article_id, reason=shorten(body.text, REASON_MAX) if body else "")


def resolve_comment(actor: Actor, *, remark_id: int, is_resolved: bool) -> Article:
    """Say that a remark is dealt with, or not. Raises NotFound, Forbidden, Conflict when somebody said so already."""
    require_unit_of_work()
    article_id = find_article_of_remark(remark_id)
    article = get_article_for_update(article_id)
    ensure_can_edit_article(actor, article)
    row = db.session.get_one(ArticleComment, remark_id, with_for_update={"key_share": True}, populate_existing=True)
    look_up_revision(actor, article.id, row.revision)
    if (row.resolved_at is not None) == is_resolved:
        raise Conflict(_("Somebody did this already."))
    row.resolved_at, row.resolved_by_id = (now(), actor.id) if is_resolved else (None, None)
    db.session.flush()
    return article


def find_article_of_remark(remark_id: int) -> int:
    """Return the article that a remark is about. Raises NotFound."""
    row = db.session.get(ArticleComment, remark_id)
    if row is None:
        raise NotFound
    return row.article_id


def change_owner(actor: Actor, *, article_id: int, name: str) -> Article:
    """Let the person of this name look after an article; "" for nobody.

    Raises NotFound, Forbidden, Invalid("owner") for somebody who cannot, Conflict when they do already.
    """
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_publish_article(actor, article)
    person = find_person_by_name(name) if name else None
    if name and (person is None or not can_own_articles(person.as_actor(now()), article.audience)):
        raise Invalid(CANNOT_OWN, "owner")
    return set_owner(actor, article, person.id if person else None)


def give_back_owner(actor: Actor, *, article_id: int, owner_id: int | None) -> Article:
    """Undo a change of owner. Raises NotFound, Forbidden, Conflict when it is so already, or who looked after it cannot any more."""
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_publish_article(actor, article)
    person = find_person(owner_id) if owner_id is not None else None
    if owner_id is not None and (person is None or not can_own_articles(person.as_actor(now()), article.audience)):
        raise Conflict(CANNOT_OWN)
    return set_owner(actor, article, owner_id)


def set_owner(actor: Actor, article: Article, owner_id: int | None) -> Article:
    """Write the owner and tell others. The caller has locked the article and asked the policy."""
    if article.owner_id == owner_id:
        raise Conflict(_("This is so already."))
    old, article.owner_id = article.owner_id, owner_id
    db.session.flush()
    emit(ArticleOwnerChanged(article.id, actor.id, old, owner_id))
    return article
