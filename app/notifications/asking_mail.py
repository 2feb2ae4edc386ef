"""The mails that ask how a question ended: for its asker, and for people with the same problem. Checked again when they leave."""

from typing import Any

from app.accounts.models import Person
from app.core.clock import now
from app.core.i18n import gettext as _
from app.core.text import shorten
from app.forum.models import Post
from app.notifications.asked import Ask, find_answer, find_ask, list_answers
from app.notifications.letters import absolute, secret, unsubscribe_address, write_letter
from app.notifications.mailer import Mail
from app.notifications.models import Answer, AskedRole, NotificationKind
from app.notifications.sentences import KIND_LABELS
from app.notifications.tokens import make_outcome_token
from app.notifications.urls import outcome_path
from app.web.context import site_settings

EXCERPT_MAX = 500


def outcome_mail(person: Person, payload: dict[str, Any]) -> Mail | None:
    """Return the mail that asks, or None when the person has spoken meanwhile or nothing is left to ask."""
    ask = find_ask(payload["request_id"])
    if ask is None or ask.person.id != person.id or not person.email or not ask.is_due_at(now()):
        return None
    url = unsubscribe_address(person, NotificationKind.OUTCOME)
    extra = {
        "message_id": f"outcome.{ask.request.id}.{payload['number']}", "references": (f"thread.{ask.thread.id}",),
        "unsubscribe_url": url,
    }  # fmt: skip
    common = {
        "name": person.display_name, "title": ask.thread.title, "url": absolute(ask.thread.path), "unsubscribe_url": url,
        "kind_label": KIND_LABELS[NotificationKind.OUTCOME], "say": _links(ask, person.email),
    }  # fmt: skip
    if ask.request.role == AskedRole.ASKER:
        return _reminder(person.email, ask, payload["number"], extra, common)
    common |= _quoted(find_answer(ask.request.post_id))
    return write_letter(person.email, _("Solved: %(title)s", title=ask.thread.title), "solved", extra, **common)


def _links(ask: Ask, email: str) -> dict[str, str]:
    """Return the address of the page for each answer: all show the same buttons, each brings its own forward."""
    token = make_outcome_token(secret(), ask.thread.id, ask.person.id, email)
    return {str(answer): absolute(outcome_path(token, answer)) for answer in Answer}


def _reminder(to: str, ask: Ask, number: int, extra: dict[str, Any], common: dict[str, Any]) -> Mail:
    answers = list_answers(ask.thread)
    is_last = number >= len(site_settings().reminder_after_days)
    common |= {"has_several": len(answers) > 1, "is_last": is_last, **_quoted(answers[0] if answers else None)}
    return write_letter(to, _("Solved? %(title)s", title=ask.thread.title), "ask", extra, **common)


def _quoted(post: Post | None) -> dict[str, str]:
    """Return the words of an answer and of whom, empty when there is none to show."""
    if post is None:
        return {"excerpt": "", "writer": _("Somebody")}
    return {"excerpt": shorten(post.body_text, EXCERPT_MAX), "writer": post.author.display_name if post.author else _("Somebody")}
