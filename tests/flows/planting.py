"""Secrets of every kind, planted under words of their own with the services that people use. Asks nothing of the site."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services import curating
from app.forum.services.accepting import accept_answer
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.editing import edit_post
from app.forum.services.following import follow
from app.forum.services.voting import cast_vote
from app.kb.models import Article, ArticleKind, Candidate, SourceRole
from app.kb.services import publishing, writing
from app.kb.services.promoting import Chosen, promote_thread
from app.kb.services.reviewing import comment_article
from app.kb.services.writing import ArticleText, Placement
from app.moderation.flags.flagging import flag_comment, flag_post
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_section, opening_of

ROLES = ("visitor", "member", "staff", "moderator", "admin")
EVERYBODY_INSIDE = ("member", "staff", "moderator", "admin")
STAFF, MODERATORS, CURATORS = ("staff", "admin"), ("moderator", "admin"), ("staff", "moderator", "admin")
PLANTED = {
    "staffthread": STAFF, "staffbody": STAFF, "staffanswer": STAFF, "staffcomment": STAFF, "stafftag": STAFF, "staffboard": STAFF,
    "staffabout": STAFF, "staffrevision": STAFF, "staffreason": ("admin",), "staffflag": STAFF, "stafflock": STAFF, "staffscore": STAFF,
    "staffmention": STAFF, "staffarticle": STAFF, "staffsummary": STAFF, "staffpage": STAFF, "staffasked": STAFF,
    "staffapplies": STAFF, "staffdraft": STAFF, "staffcopy": STAFF,
    "memberthread": EVERYBODY_INSIDE, "memberbody": EVERYBODY_INSIDE, "memberanswer": EVERYBODY_INSIDE,
    "membercomment": EVERYBODY_INSIDE, "membertag": EVERYBODY_INSIDE, "memberboard": EVERYBODY_INSIDE,
    "memberarticle": EVERYBODY_INSIDE, "memberpage": EVERYBODY_INSIDE, "memberasked": EVERYBODY_INSIDE,
    "heldthread": MODERATORS, "heldbody": MODERATORS, "heldtag": MODERATORS, "hiddenthread": MODERATORS, "hiddenbody": MODERATORS,
    "hiddentag": MODERATORS, "hiddenreason": MODERATORS, "hiddenanswer": MODERATORS, "hiddencomment": MODERATORS,
    "heldanswer": MODERATORS, "publicflag": CURATORS,
    "draftarticle": CURATORS, "draftpage": CURATORS, "draftasked": CURATORS, "nexttitle": CURATORS, "nextpage": CURATORS,
    "stafffaq": STAFF, "stafffaqanswer": STAFF, "staffdouble": STAFF, "staffremark": STAFF, "memberfaq": EVERYBODY_INSIDE,
    "memberfaqanswer": EVERYBODY_INSIDE, "memberdouble": EVERYBODY_INSIDE, "hiddendouble": MODERATORS,
    "movedlater": STAFF, "movedanswer": STAFF, "movedtag": STAFF, "originalthread": STAFF,
}  # fmt: skip


def word_of(kind: str) -> str:
    """A word that nobody else uses and that no other is mistaken for."""
    digits = "".join("bcdfghklmnprstvz"[int(n, 16)] + "aeiou"[int(n, 16) % 5] for n in f"{sum(map(ord, kind)) * 7919:x}")
    return f"zq{kind}{digits}"[:36]


@dataclass
class Site:
    """The planted site: people by role and the author of the secrets, and what was planted."""

    app: Flask
    people: dict[str, Person]
    insider: Person
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, role: str) -> Browser:
        if role not in self.browsers:
            self.browsers[role] = Browser(self.app)
            if role != "visitor":
                self.browsers[role].sign_in(self.people[role])
        return self.browsers[role]


def ask(by: Person, category_id: int, title: str, body: str, tags: list[str], kind: str = "question") -> Thread:
    composed = compose(f"{body} and some more words about it")
    with unit_of_work():
        return start_thread(
            actor_of(by), kind=kind, category_id=category_id, title=f"What about {title} in the greenhouse", body=composed.body,
            tags=tags, mentions=composed.mentions,
        )  # fmt: skip


def reply(by: Person, thread: Thread, text: str) -> Post:
    composed = compose(f"Try {text} and tell us whether it helped")
    with unit_of_work():
        return add_post(actor_of(by), thread_id=thread.id, body=composed.body, mentions=composed.mentions)


def say(by: Person, post: Post, text: str) -> Comment:
    composed = compose(f"A remark about {text}", is_comment=True)
    with unit_of_work():
        return add_comment(actor_of(by), post_id=post.id, body=composed.body, mentions=composed.mentions)


def _article(by: Person, section: int, audience: str, title: str, page: str, *, out: bool = True, **texts: str) -> Article:
    text = ArticleText(f"Guide to {title}", render_markdown(f"## Solution\n\nUse {page} twice.", top_level=2), **texts)
    with unit_of_work():
        article = writing.create_article(actor_of(by), place=Placement(section, audience), text=text)
        if out:
            publishing.publish(actor_of(by), article_id=article.id)
    return article


def plant(app: Flask) -> Site:
    """Write the site with the services that people use, so that notifications, mails, counts and index are the real ones."""
    people = {
        role: make_person(f"reader-{role}", role if role in ("staff", "moderator", "admin") else "member") for role in ROLES[1:]
    }
    insider = make_person("insider", "admin")
    site = Site(app, people, insider)
    word = {kind: word_of(kind) for kind in PLANTED}
    public, held = make_category("open-board"), make_category("slow-board", needs_approval=True)
    _plant_staff(site, word, make_category(word["staffboard"], "staff", description=f"All about {word['staffabout']}").id)
    _plant_members(site, word, make_category(word["memberboard"], "members").id)
    _plant_moderated(site, word, public.id, held.id)
    _plant_articles(site, word)
    _plant_moved(site, word, public.id)
    _plant_knowledge(site, word, public.id)
    return site


def _plant_staff(site: Site, word: dict[str, str], category: int) -> None:
    insider, member = site.insider, site.people["member"]
    thread = ask(insider, category, word["staffthread"], f"{word['staffbody']} @{member.name}", [word["stafftag"]])
    answer = reply(site.people["staff"], thread, f"{word['staffanswer']} @{member.name}")
    remark = say(insider, answer, f"{word['staffcomment']} and {word['staffmention']} @reader-moderator")
    body = compose(f"{word['staffrevision']} was here once").body
    with unit_of_work():
        edit_post(actor_of(insider), post_id=opening_of(thread).id, body=body, title=f"What about {word['staffthread']} here",
                  tags=[word["stafftag"]], reason="Clearer")  # fmt: skip
    with unit_of_work():
        edit_post(actor_of(insider), post_id=opening_of(thread).id, body=compose(f"Now {word['staffbody']} again").body,
                  title=f"What about {word['staffthread']} here", tags=[word["stafftag"]], reason="Clearer")  # fmt: skip
    with unit_of_work():
        flag_post(actor_of(site.people["staff"]), post_id=opening_of(thread).id, reason="other", note=word["staffflag"])
        flag_comment(actor_of(site.people["staff"]), comment_id=remark.id, reason="other", note=word["staffflag"])
        accept_answer(actor_of(insider), post_id=answer.id)
        cast_vote(actor_of(insider), post_id=answer.id, value=1)
        curating.pin_thread(actor_of(insider), thread_id=thread.id, reason=word["staffreason"])
        curating.lock_thread(actor_of(insider), thread_id=thread.id, reason=word["stafflock"])
        db.session.add(Candidate(thread_id=thread.id, score=90.0, parts=[{"key": "v", "points": 9, "text": word["staffscore"]}]))


def _plant_members(site: Site, word: dict[str, str], category: int) -> None:
    thread = ask(site.insider, category, word["memberthread"], word["memberbody"], [word["membertag"]])
    answer = reply(site.insider, thread, word["memberanswer"])
    say(site.insider, answer, word["membercomment"])


def _plant_moderated(site: Site, word: dict[str, str], public: int, held: int) -> None:
    author = make_person("culprit")
    ask(author, held, word["heldthread"], word["heldbody"], [word["heldtag"]])
    hidden = ask(author, public, word["hiddenthread"], f"{word['hiddenbody']} @reader-member", [word["hiddentag"]])
    say(author, reply(author, hidden, word["hiddenbody"]), word["hiddenbody"])
    thread = ask(site.insider, public, "tomatoes", "They do not grow", ["tomato"])
    bad, waiting = reply(author, thread, word["hiddenanswer"]), reply(author, thread, word["heldanswer"])
    good = reply(site.insider, thread, "more water")
    remark = say(author, good, f"{word['hiddencomment']} @reader-member")
    mo = actor_of(site.insider)
    with unit_of_work():
        flag_post(actor_of(site.people["staff"]), post_id=good.id, reason="other", note=word["publicflag"])
        follow(actor_of(site.people["member"]), thread_id=hidden.id, value=True)
        curating.hide_thread(mo, thread_id=hidden.id, reason=word["hiddenreason"])
        curating.hide_post(mo, post_id=bad.id, reason=word["hiddenreason"])
        curating.hide_comment(mo, comment_id=remark.id, reason=word["hiddenreason"])
        db.session.get_one(Post, waiting.id).held_at = now()


def _plant_articles(site: Site, word: dict[str, str]) -> None:
    insider, section, inner = site.insider, make_section("guides"), make_section(word["staffdraft"][:20] + "x")
    _article(insider, section.id, "staff", word["staffarticle"], word["staffpage"], summary=word["staffsummary"],
             asked_as=word["staffasked"], applies_to=word["staffapplies"])  # fmt: skip
    _article(insider, inner.id, "staff", word["staffdraft"], word["staffcopy"], out=False)
    _article(insider, section.id, "members", word["memberarticle"], word["memberpage"], asked_as=word["memberasked"])
    _article(insider, section.id, "public", word["draftarticle"], word["draftpage"], out=False, asked_as=word["draftasked"])
    known = _article(insider, section.id, "public", "water", "the pump")
    text = ArticleText(
        f"Guide to {word['nexttitle']}", render_markdown(f"Use {word['nextpage']} now."), asked_as=word["nexttitle"]
    )
    with unit_of_work():
        writing.save_revision(
            actor_of(insider), article_id=known.id, base_revision=1, place=Placement(section.id, "public"), text=text
        )


def _plant_moved(site: Site, word: dict[str, str], public: int) -> None:
    """Threads that were public, with members in them, and are for staff now: one an article's source, one an original."""
    insider, member = site.insider, site.people["member"]
    board = make_category("inner-board-of-staff", "staff", name="Inner")
    thread = ask(member, public, "relocation", "It was public once", [word["movedtag"]])
    answer = reply(insider, thread, f"{word['movedanswer']} @{member.name}")
    say(insider, answer, f"{word['movedanswer']} @{member.name}")
    original = ask(insider, public, word["originalthread"], "It was public once, too", [])
    double = ask(insider, public, "a double", "Asked again", [])
    text = ArticleText("Guide to moving", render_markdown("What was public stays so.", top_level=2))
    section = make_section("moving")
    with unit_of_work():
        accept_answer(actor_of(member), post_id=answer.id)
        chosen = [
            Chosen(post.id, 1, role) for post, role in ((opening_of(thread), SourceRole.PROBLEM), (answer, SourceRole.SOLUTION))
        ]
        article = promote_thread(
            actor_of(insider), thread_id=thread.id, chosen=chosen, place=Placement(section.id, "public"), text=text
        )
        publishing.publish(actor_of(insider), article_id=article.id)
        curating.close_as_duplicate(actor_of(insider), thread_id=double.id, original_id=original.id)
    for moved in (thread, original):
        with unit_of_work():
            curating.move_thread(actor_of(insider), thread_id=moved.id, category_id=board.id, reason="For us only")
    # The article keeps the title of its source as it was when all could read it; what is written later is for staff.
    later = compose(f"{word['movedlater']} is new").body
    with unit_of_work():
        edit_post(
            actor_of(insider), post_id=opening_of(thread).id, body=later, title=f"What about {word['movedlater']} here",
            tags=[word["movedtag"], word["movedlater"]], reason="For us only",
        )  # fmt: skip


def _plant_knowledge(site: Site, word: dict[str, str], public: int) -> None:
    """A public article whose wordings, section and related lists have neighbours that few may read."""
    insider = site.insider
    section = make_section("knowledge")
    for audience in ("staff", "members"):
        kind = audience.removesuffix("s") if audience == "members" else audience
        secret = _article(insider, section.id, audience, word[f"{kind}faq"], word[f"{kind}faqanswer"])
        with unit_of_work():
            db.session.get_one(Article, secret.id).kind = ArticleKind.FAQ
            if audience == "staff":
                comment_article(actor_of(insider), article_id=secret.id, body=compose(f"A remark: {word['staffremark']}").body)
    thread = ask(insider, public, "watering", "How often should one water?", [])
    answer = reply(insider, thread, "water in the morning")
    text = ArticleText("Guide to watering", render_markdown("Water in the morning.", top_level=2))
    chosen = [
        Chosen(post.id, 1, role) for post, role in ((opening_of(thread), SourceRole.PROBLEM), (answer, SourceRole.SOLUTION))
    ]
    with unit_of_work():
        article = promote_thread(
            actor_of(insider), thread_id=thread.id, chosen=chosen, place=Placement(section.id, "public"), text=text
        )
        publishing.publish(actor_of(insider), article_id=article.id)
    boards = {"staffdouble": make_category("inner-doubles", "staff").id, "memberdouble": make_category("doubles", "members").id}
    for kind in ("staffdouble", "memberdouble", "hiddendouble"):
        double = ask(insider, boards.get(kind, public), word[kind], "Asked once more", [])
        with unit_of_work():
            curating.close_as_duplicate(actor_of(insider), thread_id=double.id, original_id=thread.id)
            if kind == "hiddendouble":
                curating.hide_thread(actor_of(insider), thread_id=double.id, reason="Not for all")
