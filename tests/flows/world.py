"""A small community with one thing of every kind, for tests that walk all addresses: who asks, and what the ids mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person
from app.accounts.services.tokens import make_confirm_token, make_erase_token, make_reset_token, make_standing_token
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.desk.models import AssignmentRule, StaffGroup
from app.desk.models.canned import CannedAnswer
from app.forum.models import DuplicateProposal, Outcome, Product, ProductVersion, Thread, ThreadVersion
from app.jobs.models import Job
from app.kb.models import ArticleComment, ArticleFix, ArticleSource, ArticleVersion, Candidate
from app.moderation.flags.flagging import flag_comment, flag_post
from app.moderation.models import InboxBatch, LogEntry, ScreeningHit, ScreeningRule
from app.moderation.people.appealing import appeal
from app.moderation.people.imposing import impose
from app.moderation.services.logging import write_log
from app.moderation.waves.criteria import Criteria
from app.moderation.waves.finding import find_everything_like
from app.moderation.waves.putting_away import put_away
from app.notifications.models import AskedRole, Notification, NotificationKind, OutcomeRequest
from app.notifications.tokens import make_outcome_token, make_unsubscribe_token
from app.privacy.models import DataExport
from app.search.models import GapWording, SearchAlias, SearchGap
from tests.client import Browser
from tests.factories import (
    accept,
    actor_of,
    make_answer,
    make_article,
    make_category,
    make_person,
    make_section,
    make_thread,
    opening_of,
)  # fmt: skip
from tests.notifications.happenings import comment
from tests.saved import Saved

ROLES = ("visitor", "member", "other", "suspended", "staff", "moderator", "admin")


@dataclass
class World:
    """People by what they are (`member` asked the question, `other` answered it), and values for the parts of addresses."""

    app: Flask
    people: dict[str, Person]
    parts: dict[str, Any]
    cookies: dict[str, tuple[str, str]] = field(default_factory=dict)  # by role: what a sign-in left, and the token of its forms
    clients: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, role: str) -> Any:
        """Return a client of this role, signed in; the same one every time, until a test pops it: then one signed in anew."""
        if role not in self.clients:
            name = self.app.config["SESSION_COOKIE_NAME"]
            browser = Browser(self.app)
            self.clients[role] = browser.client
            if role in self.cookies:
                cookie, self.tokens[role] = self.cookies.pop(role)
                browser.client.set_cookie(name, cookie)
                return browser.client
            if role != "visitor":
                browser.sign_in(self.people[role])
            self.tokens[role] = browser.token("/login" if role == "visitor" else "/settings/profile")
        return self.clients[role]

    def sign_in_everybody(self) -> dict[str, tuple[str, str]]:
        """Sign all roles in, and return what their browsers keep: good for as long as the database has their sessions."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        return {role: (str(self.client(role).get_cookie(name).value), self.token(role)) for role in ROLES}

    def token(self, role: str) -> str:
        """Return the CSRF token of this role's session."""
        self.client(role)
        return self.tokens[role]


# Ids of the people, the parts, and their sign-ins: what stays true of every copy.
_saved: Saved[tuple[dict[str, int], dict[str, Any], dict[str, tuple[str, str]]]] = Saved()


def build_world(app: Flask) -> World:
    """Return the community in an empty database. It is written once in a test run and put back from then on."""
    ids, parts, cookies = _saved.get(lambda: _write_and_sign_in(app))
    return World(app, _people(ids), dict(parts), dict(cookies))


def _people(ids: dict[str, int]) -> dict[str, Person]:
    found = {person.id: person for person in db.session.scalars(sa.select(Person).where(Person.id.in_(ids.values())))}
    return {role: found[number] for role, number in ids.items()}


def _write_and_sign_in(app: Flask) -> tuple[dict[str, int], dict[str, Any], dict[str, tuple[str, str]]]:
    ids, parts = _write_world(app)
    return ids, parts, World(app, _people(ids), parts).sign_in_everybody()


def _write_world(app: Flask) -> tuple[dict[str, int], dict[str, Any]]:
    """Write the community. Everything that can be undone, decided or withdrawn is there, waiting."""
    people = {role: make_person(role.title() if role == "other" else f"{role}-person", _role(role)) for role in ROLES[1:]}
    with unit_of_work():
        suspended = db.session.get_one(Person, people["suspended"].id)
        suspended.suspended_until, suspended.suspended_at = now() + timedelta(days=9), now()
    target = make_person("target", email=None, pending_email="target@example.com")
    thread, answer, remark = _thread(people)
    article = make_article(title="How to prime the pump", section=make_section("pumps"), owner=people["staff"])
    parts = {
        "figure": "solved", "table": "figures",
        "thread_id": thread.id, "post_id": answer.id, "comment_id": remark.id, "category_id": thread.category_id,
        "article_id": article.id, "section_id": article.section_id, "person_id": target.id, "number": 1,
        "slug": thread.slug, "section": article.section.slug, "name": "pump", "key": "ask", "version": "0", "path": "site.css",
        "kind": "threads", "item_key": f"post-{answer.id}", "decision": "uphold", "action": "pin", "state": "done",
        **_rows(people, thread, answer, article.id), **_links(app, people["member"], target),
    }  # fmt: skip
    return {role: person.id for role, person in people.items()}, parts


def _role(role: str) -> str:
    return role if role in ("staff", "moderator", "admin") else "member"


def _thread(people: dict[str, Person]) -> tuple[Thread, Any, Any]:
    category = make_category("water")
    thread = make_thread(people["member"], "Why does the pump hum?", category=category, tags=("pump",))
    answer = make_answer(thread, people["other"])
    accept(answer)
    remark = comment(answer, people["member"])
    with unit_of_work():
        flag_post(actor_of(people["staff"]), post_id=answer.id, reason="wrong", note="Dangerous")
        flag_comment(actor_of(people["staff"]), comment_id=remark.id, reason="rude")
    make_answer(thread, people["member"], text="This one waits.", held_at=now())
    make_thread(people["member"], "A thread that waits", category=category, held_at=now())
    make_thread(people["member"], "A thread that is hidden", category=category, hidden_at=now(), hidden_reason="Spam")
    return thread, answer, remark


def _rows(people: dict[str, Person], thread: Thread, answer: Any, article_id: int) -> dict[str, int]:
    same = make_thread(people["other"], "What makes the pump hum?", category=make_category("noise"))
    with unit_of_work():
        note = Notification(
            person_id=people["member"].id, kind=NotificationKind.ANSWER, actor_id=people["other"].id, thread_id=thread.id,
            post_id=answer.id,
        )  # fmt: skip
        dead = Job(kind="mail.send", dedupe_key="x", payload={}, available_at=now(), dead_at=now(), last_error="No server")
        source = ArticleSource(
            article_id=article_id, thread_id=thread.id, post_id=answer.id, post_revision=1, post_hash="x", role="solution",
            change="edited",
        )  # fmt: skip
        candidate = Candidate(thread_id=thread.id, score=50.0, parts=[{"key": "views", "points": 50.0, "text": "Many"}])
        entry: LogEntry = write_log(people["moderator"].id, "pin", "Useful", thread_id=thread.id)
        group, canned = StaffGroup(name="Pumps"), CannedAnswer(title="Prime it", body_source="Prime the pump, {asker}.")
        rule = AssignmentRule(position=1, assignee_id=people["staff"].id)
        proposal = DuplicateProposal(thread_id=thread.id, original_id=same.id, score=0.8)
        batch = InboxBatch(person_id=people["moderator"].id, label="It is fine", results=[])
        db.session.add_all([note, dead, source, candidate, group, canned, rule, proposal, batch])
        db.session.flush()
        watched = ScreeningRule(id=rule.id, kind="word", text="zorblax", key="zorblax", measure="hold")
        hit = ScreeningHit(
            post_id=answer.id, person_id=people["other"].id, check_name="word", words="It has: zorblax", rule_id=rule.id
        )
        db.session.add(watched)
        db.session.flush()
        db.session.add(hit)
        outcome = db.session.scalars(sa.select(Outcome.id).where(Outcome.thread_id == thread.id)).one()
    assert opening_of(thread).id
    return {
        "notification_id": note.id, "job_id": dead.id, "source_id": source.id, "entry_id": entry.id, "outcome_id": outcome,
        "group_id": group.id, "rule_id": rule.id, "canned_id": canned.id, "proposal_id": proposal.id, "batch_id": batch.id,
        "wave_id": _put_away(people["moderator"]),
        **_versions(people, thread.id, article_id),
        **_searches(),
    }  # fmt: skip


def _put_away(moderator: Person) -> int:
    """A thread that spam made, out of sight with its author, waiting to be given back or removed."""
    spammer = make_person("spammer", level=1, pinned_level=1)
    make_thread(spammer, "Zorblax for everybody", "Ask for it at https://pills.example/now", category=make_category("spam"))
    moment, doer = now(), actor_of(moderator)
    criteria = Criteria(written_from=moment - timedelta(days=1), written_to=moment + timedelta(hours=1), hosts=("pills.example",))
    found = find_everything_like(doer, criteria)
    assert found.texts
    with unit_of_work():
        return put_away(doer, criteria=criteria, found=found, left_out=(), reason="Spam").id


def _versions(people: dict[str, Person], thread_id: int, article_id: int) -> dict[str, int]:
    """A product with a version that thread and article name, one that waits, one to come; and a remark about the article, and a link to it."""
    with unit_of_work():
        product = Product(name="Pump")
        db.session.add(product)
        db.session.flush()
        days = timedelta(days=1)
        old, new = (
            ProductVersion(product_id=product.id, name=name, released_at=now() - ago)
            for name, ago in (("1", 9 * days), ("2", days))
        )
        remark = ArticleComment(
            article_id=article_id, revision=1, author_id=people["staff"].id, body_source="?", body_html="<p>?</p>"
        )
        fix = ArticleFix(article_id=article_id, thread_id=thread_id, note="Nothing on version 2")
        db.session.add_all([old, new, remark, fix, ProductVersion(product_id=product.id, name="3")])
        db.session.flush()
        db.session.add(ThreadVersion(thread_id=thread_id, version_id=old.id))
        db.session.add(ArticleVersion(article_id=article_id, version_id=old.id))
    return {"product_id": product.id, "version_id": new.id, "remark_id": remark.id, "fix_id": fix.id}


def _searches() -> dict[str, int]:
    """What people looked for in vain, and words that mean the same."""
    with unit_of_work():
        gap, alias = SearchGap(text="drip noise", people=3, searches=4), SearchAlias(said="drip", means="pump")
        db.session.add_all([gap, alias])
        db.session.flush()
        db.session.add(GapWording(text="drip noise", gap_id=gap.id, people=3, searches=4))
    return {"gap_id": gap.id, "alias_id": alias.id}


def _links(app: Flask, member: Person, target: Person) -> dict[str, str]:
    """Return good tokens of every kind of link, under the endpoint that takes them."""
    key = str(app.secret_key)
    thread = db.session.scalars(sa.select(Thread).where(Thread.author_id == member.id)).first()
    assert thread is not None
    with unit_of_work():
        db.session.add(OutcomeRequest(thread_id=thread.id, person_id=member.id, role=AskedRole.ASKER, sent_count=1))
        wish = Erasure(person_id=target.id, asked_at=now())
        export = DataExport(person_id=target.id, name="none.zip", ready_at=now(), expires_at=now() + timedelta(days=7))
        db.session.add_all([wish, export])
    asked = make_outcome_token(key, thread.id, member.id, member.email or "")
    return {
        "notifications.outcome": asked, "notifications.outcome_undo": asked,
        "accounts.reset": make_reset_token(key, member), "accounts.confirm": make_confirm_token(key, target),
        "notifications.unsubscribe": make_unsubscribe_token(key, member.id, NotificationKind.ANSWER),
        "privacy.confirm_erase": make_erase_token(key, target, wish.asked_at), "export_id": str(export.id),
        **_decisions(key, target),
    }  # fmt: skip


def _decisions(key: str, target: Person) -> dict[str, str]:
    """A mute about the target, who asks for a second look, and a link of somebody who is banned."""
    banned = make_person("banned", banned_at=now())
    link = make_standing_token(key, banned)
    with unit_of_work():
        sanction = impose(SYSTEM, person_id=target.id, kind="mute", reason="Insults", until=now() + timedelta(days=3))
        appeal(target.id, sanction_id=sanction.id, note="It was not me.")
    return {"moderation.standing_of_banned": link, "moderation.appeal_as_banned": link, "sanction_id": str(sanction.id)}
