"""What no demo has and no link leads to: pages that mails open, and pages in the middle of something. Written into the judged site."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person
from app.accounts.services.tokens import make_confirm_token, make_erase_token, make_reset_token, make_standing_token
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.kb.models import Article, ArticleDraft, ArticleRevision
from app.moderation.models import InboxBatch
from app.notifications.models import AskedRole, NotificationKind, OutcomeRequest
from app.notifications.tokens import make_outcome_token, make_unsubscribe_token


def add_leftovers(app: Flask) -> dict[str, dict[str, Any]]:
    """Write them; return what the parts of their addresses are, by endpoint."""
    with app.app_context(), unit_of_work():
        article, thread = _revised_article(), _open_question()
        asker = db.session.get_one(Person, thread.author_id)
        asker.email = asker.email or "asker@example.com"
        moderator = db.session.scalars(sa.select(Person).where(Person.role == "moderator").order_by(Person.id)).first()
        target = Person(
            name="judged", name_key="judged", display_name="Judged", email="judged@example.com", pending_email="new@example.com"
        )
        banned = Person(
            name="judged-banned", name_key="judged-banned", display_name="Judged", email="banned@example.com", banned_at=now()
        )
        db.session.add_all([target, banned])
        db.session.flush()
        wish = Erasure(person_id=target.id, asked_at=now())
        asked = OutcomeRequest(thread_id=thread.id, person_id=asker.id, role=AskedRole.ASKER, sent_count=1)
        batch = InboxBatch(person_id=moderator.id if moderator else target.id, label="It is fine", results=[])
        db.session.add_all([wish, batch, *([] if _is_asked(asked) else [asked])])
        for person in db.session.scalars(sa.select(Person).where(Person.role == "staff")):
            if db.session.get(ArticleDraft, (article.id, person.id)) is None:
                old = {"title": f"{article.title}, in short", "summary": "", "blocks": [], "removed": []}
                db.session.add(ArticleDraft(article_id=article.id, person_id=person.id, base_revision=1, fields=old))
        db.session.flush()
        return {
            **_links(str(app.secret_key), target, banned, asker, thread, wish),
            "moderation.show_several": {"batch_id": batch.id},
            "kb.show_merge": {"article_id": article.id},
        }


def _open_question() -> Thread:
    open_ones = sa.select(Thread).where(Thread.kind == "question", Thread.status == "unanswered", Thread.author_id.is_not(None))
    return db.session.scalars(open_ones.order_by(Thread.id)).first() or db.session.scalars(sa.select(Thread)).one()


def _revised_article() -> Article:
    """An article with a second revision, so that what somebody began on the first one has to be merged."""
    article = db.session.scalars(sa.select(Article).order_by(Article.id)).first()
    assert article is not None
    last = db.session.scalars(sa.select(ArticleRevision).where(ArticleRevision.article_id == article.id)).first()
    assert last is not None
    values = {column.key: getattr(last, column.key) for column in sa.inspect(ArticleRevision).columns if column.key != "id"}
    db.session.add(ArticleRevision(**{**values, "number": article.revision + 1, "summary": f"{last.summary} And more."}))
    article.revision += 1
    return article


def _is_asked(wanted: OutcomeRequest) -> bool:
    same = OutcomeRequest.thread_id == wanted.thread_id, OutcomeRequest.person_id == wanted.person_id
    return db.session.scalar(sa.select(OutcomeRequest.id).where(*same)) is not None


def _links(key: str, target: Person, banned: Person, asker: Person, thread: Thread, wish: Erasure) -> dict[str, dict[str, Any]]:
    """Links that mails carry, good ones."""
    tokens = {
        "accounts.reset_page": make_reset_token(key, target),
        "accounts.confirm_page": make_confirm_token(key, target),
        "moderation.standing_of_banned": make_standing_token(key, banned),
        "notifications.unsubscribe_page": make_unsubscribe_token(key, target.id, NotificationKind.ANSWER),
        "notifications.outcome_page": make_outcome_token(key, thread.id, asker.id, asker.email or ""),
        "privacy.confirm_erase_page": make_erase_token(key, target, wish.asked_at),
    }
    return {endpoint: {"token": token} for endpoint, token in tokens.items()}
