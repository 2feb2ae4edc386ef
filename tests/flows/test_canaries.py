"""Secrets of every kind, planted under words of their own, and everybody who looks everywhere: who may not read a thing finds no
trace of it. For words that a page repeats because they were asked for, the answer must be the one for a word that does not exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.markup import render_markdown
from app.core.settings import Settings
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
from app.kb.models import Article, ArticleKind, ArticleSource, Candidate, SourceRole
from app.kb.services import publishing, writing
from app.kb.services.promoting import Chosen, promote_thread
from app.kb.services.reviewing import comment_article
from app.kb.services.writing import ArticleText, Placement
from app.moderation.flags.flagging import flag_comment, flag_post
from app.moderation.models import LogEntry
from app.search.sync import rebuild
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_section, opening_of
from tests.flows.walking import walk
from tests.mailbox import collect
from tests.saved import Saved

pytestmark = pytest.mark.usefixtures("engine")
ROLES = ("visitor", "member", "staff", "moderator", "admin")
EVERYBODY_INSIDE = ("member", "staff", "moderator", "admin")
STAFF, MODERATORS, CURATORS = ("staff", "admin"), ("moderator", "admin"), ("staff", "moderator", "admin")
NOWHERE_ELSE = {
    "staffthread": STAFF, "staffbody": STAFF, "staffanswer": STAFF, "staffcomment": STAFF, "stafftag": STAFF, "staffboard": STAFF,
    "staffabout": STAFF, "staffrevision": STAFF, "staffreason": ("admin",), "staffflag": ("admin",), "stafflock": STAFF, "staffscore": STAFF,
    "staffmention": STAFF, "staffarticle": STAFF, "staffsummary": STAFF, "staffpage": STAFF, "staffasked": STAFF,
    "staffapplies": STAFF, "staffdraft": STAFF, "staffcopy": STAFF,
    "memberthread": EVERYBODY_INSIDE, "memberbody": EVERYBODY_INSIDE, "memberanswer": EVERYBODY_INSIDE,
    "membercomment": EVERYBODY_INSIDE, "membertag": EVERYBODY_INSIDE, "memberboard": EVERYBODY_INSIDE,
    "memberarticle": EVERYBODY_INSIDE, "memberpage": EVERYBODY_INSIDE, "memberasked": EVERYBODY_INSIDE,
    "heldthread": MODERATORS, "heldbody": MODERATORS, "heldtag": MODERATORS, "hiddenthread": MODERATORS, "hiddenbody": MODERATORS,
    "hiddentag": MODERATORS, "hiddenreason": MODERATORS, "hiddenanswer": MODERATORS, "hiddencomment": MODERATORS,
    "heldanswer": MODERATORS, "publicflag": MODERATORS,
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


def _start(by: Person, category_id: int, title: str, body: str, tags: list[str], kind: str = "question") -> Thread:
    composed = compose(f"{body} and some more words about it")
    with unit_of_work():
        return start_thread(
            actor_of(by), kind=kind, category_id=category_id, title=f"What about {title} in the greenhouse", body=composed.body,
            tags=tags, mentions=composed.mentions,
        )  # fmt: skip


def _answer(by: Person, thread: Thread, text: str) -> Post:
    composed = compose(f"Try {text} and tell us whether it helped")
    with unit_of_work():
        return add_post(actor_of(by), thread_id=thread.id, body=composed.body, mentions=composed.mentions)


def _comment(by: Person, post: Post, text: str) -> Comment:
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
    word = {kind: word_of(kind) for kind in NOWHERE_ELSE}
    public, held = make_category("open-board"), make_category("slow-board", needs_approval=True)
    _plant_staff(site, word, make_category(word["staffboard"], "staff", description=f"All about {word['staffabout']}").id)
    _plant_members(site, word, make_category(word["memberboard"], "members").id)
    _plant_moderated(site, word, public.id, held.id)
    _plant_articles(site, word)
    _plant_moved(site, word, public.id)
    _plant_knowledge(site, word, public.id)
    collect(app)
    rebuild()
    return site


def _plant_staff(site: Site, word: dict[str, str], category: int) -> None:
    insider, member = site.insider, site.people["member"]
    thread = _start(insider, category, word["staffthread"], f"{word['staffbody']} @{member.name}", [word["stafftag"]])
    answer = _answer(site.people["staff"], thread, f"{word['staffanswer']} @{member.name}")
    remark = _comment(insider, answer, f"{word['staffcomment']} and {word['staffmention']} @reader-moderator")
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
    thread = _start(site.insider, category, word["memberthread"], word["memberbody"], [word["membertag"]])
    answer = _answer(site.insider, thread, word["memberanswer"])
    _comment(site.insider, answer, word["membercomment"])


def _plant_moderated(site: Site, word: dict[str, str], public: int, held: int) -> None:
    author = make_person("culprit")
    _start(author, held, word["heldthread"], word["heldbody"], [word["heldtag"]])
    hidden = _start(author, public, word["hiddenthread"], f"{word['hiddenbody']} @reader-member", [word["hiddentag"]])
    _comment(author, _answer(author, hidden, word["hiddenbody"]), word["hiddenbody"])
    thread = _start(site.insider, public, "tomatoes", "They do not grow", ["tomato"])
    bad, waiting = _answer(author, thread, word["hiddenanswer"]), _answer(author, thread, word["heldanswer"])
    good = _answer(site.insider, thread, "more water")
    remark = _comment(author, good, f"{word['hiddencomment']} @reader-member")
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
    thread = _start(member, public, "relocation", "It was public once", [word["movedtag"]])
    answer = _answer(insider, thread, f"{word['movedanswer']} @{member.name}")
    _comment(insider, answer, f"{word['movedanswer']} @{member.name}")
    original = _start(insider, public, word["originalthread"], "It was public once, too", [])
    double = _start(insider, public, "a double", "Asked again", [])
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
    thread = _start(insider, public, "watering", "How often should one water?", [])
    answer = _answer(insider, thread, "water in the morning")
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
        double = _start(insider, boards.get(kind, public), word[kind], "Asked once more", [])
        with unit_of_work():
            curating.close_as_duplicate(actor_of(insider), thread_id=double.id, original_id=thread.id)
            if kind == "hiddendouble":
                curating.hide_thread(actor_of(insider), thread_id=double.id, reason="Not for all")


def asked(word: str) -> list[str]:
    """Addresses that name a word: what they answer must not tell whether it exists."""
    name = quote(word)
    return [
        f"/search?q={name}", f"/search?q=%22{name}%22", f"/search?q={name}+greenhouse", f"/search?q={name[:-4]}",
        f"/search?q={name[:-3]}x{name[-2:]}", f"/search?q=title:{name}", f"/search?q=tag:{name}", f"/search?q=-{name}+greenhouse",
        f"/search?q=greenhouse&tag={name}", f"/search?q=greenhouse&category={name}", f"/search?q=author:{name}", f"/search?tag={name}",
        f"/search?q={name}&type=articles&sort=newest", f"/search/suggest?q={name}", f"/search/suggest?q={name[:6]}",
        f"/search/suggest?q={name[:11]}", f"/ask/similar?title={name}+in+the+greenhouse", f"/ask?title={name}+greenhouse+tomatoes",
        f"/tags?q={name[:8]}", f"/questions?tag={name}", f"/discussions?tag={name}", f"/questions?category={name}",
        f"/tags/{name}", f"/tags/{name.upper()}", f"/tags/{name}?page=1", f"/tags/{name}?page=2", f"/tags/{name}?view=solved",
        f"/tags/{name}?view=zz", f"/tags/{name}/feed.atom", f"/c/{name}", f"/c/{name}?page=2", f"/c/{name}?view=zz", f"/c/{name}/feed.atom",
        f"/kb/{name}", f"/kb/guides/guide-to-{name}", f"/kb/{name}/{name}", f"/kb/zz/guide-to-{name}", f"/people/{name}",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def saved() -> Saved[tuple[dict[str, int], int]]:
    """Ids of the people by role and of the author of the secrets; what was planted is kept for all tests, as its index is."""
    return Saved()


@pytest.fixture
def site(
    app: Flask, settings: Settings, saved: Saved[tuple[dict[str, int], int]], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """The planted site. It is planted once; every test gets a copy of its own."""

    def build() -> tuple[dict[str, int], int]:
        planted = plant(app)
        return {role: person.id for role, person in planted.people.items()}, planted.insider.id

    folders = tuple(settings.instance_path / name for name in ("mail", "uploads"))
    people, insider = saved.get(build, files=folders, spare=tmp_path_factory.getbasetemp() / "planted")
    return Site(
        app, {role: db.session.get_one(Person, number) for role, number in people.items()}, db.session.get_one(Person, insider)
    )


def test_nobody_finds_a_trace_of_what_they_may_not_read(site: Site):
    """One walk through everything for each role: pages, lists, feeds, sitemap, search, profiles, history, queue, log, errors."""
    found_by: dict[str, set[str]] = {kind: set() for kind in NOWHERE_ELSE}
    leaks = []
    words = {kind: word_of(kind) for kind in NOWHERE_ELSE}
    for role in ROLES:
        for path, text in walk(site.browser(role).client).items():
            lowered = text.lower()
            if "zq" not in lowered:  # every secret word begins so
                continue
            for kind, allowed in NOWHERE_ELSE.items():
                if words[kind] not in lowered:
                    continue
                found_by[kind].add(role)
                if role not in allowed:
                    at = lowered.index(words[kind])
                    leaks.append(f"{role} finds {kind} at {path}: …{' '.join(text[max(0, at - 120) : at + 60].split())}…")
    assert not leaks, "\n".join(leaks[:40])
    blind = {kind: set(allowed) - found_by[kind] for kind, allowed in NOWHERE_ELSE.items() if set(allowed) - found_by[kind]}
    assert not blind, f"The walk does not reach what these may read, so it proves nothing: {blind}"


CONTROL = "zqkwertuvixopalemurini"


def test_asking_by_name_tells_nothing(site: Site):
    """Whether a secret word exists shows nowhere: its answers are those for a word that nobody ever used."""
    differences = []
    for role in ("visitor", "member", "moderator"):
        client = site.browser(role).client
        expected = [_normal(client.get(path), CONTROL) for path in asked(CONTROL)]
        for kind, allowed in NOWHERE_ELSE.items():
            if role in allowed or kind.endswith(("reason", "flag", "lock", "score", "about", "mention", "comment")):
                continue
            for path, wanted in zip(asked(word_of(kind)), expected, strict=True):
                said = _normal(client.get(path), word_of(kind))
                if said != wanted:
                    differences.append(f"{role} {kind} {path}: {_first_difference(said, wanted)}")
    assert not differences, f"{len(differences)}:\n" + "\n".join(differences[:40])


def _normal(response: object, word: str) -> str:
    text = f"{response.status_code} {response.location} {response.text}".lower()  # type: ignore[attr-defined]
    text = re.sub(r'<option value="\d+">[^<]*</option>', "", text)  # boards that one may post in
    for form in (word, word[:-3] + "x" + word[-2:], word[:-4], word[:11], word[:8], word[:6]):
        text = text.replace(form, "WORD")
    return re.sub(r'name="csrf[^>]*>', "", text)


def _first_difference(one: str, other: str) -> str:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"…{one[max(0, at - 60) : at + 80]!r} / {other[max(0, at - 60) : at + 80]!r}"


def test_mails_hold_nothing_that_their_readers_may_not_read(site: Site):
    by_address = {person.email: role for role, person in site.people.items()}
    mails = collect(site.app)
    assert {by_address.get(str(mail["To"])) for mail in mails} & set(site.people), "some mails went to readers"
    for mail in mails:
        role = by_address.get(str(mail["To"]))
        if role is None:
            continue
        text = mail.as_string().lower() + "".join(str(part.get_content()) for part in mail.iter_parts()).lower()
        for kind, allowed in NOWHERE_ELSE.items():
            if word_of(kind) in text and not kind.startswith(("moved", "original", "hidden")):  # sent while all could read it
                assert role in allowed, f"{role} was mailed {kind}"


def test_what_may_not_be_read_cannot_be_acted_on(site: Site):
    """Every form that names a staff-only thing answers members and moderators as if there were none."""
    secret = db.session.scalars(sa.select(Thread).where(Thread.title.contains(word_of("staffthread")))).one()
    posts = list(db.session.scalars(sa.select(Post.id).where(Post.thread_id == secret.id)))
    comments = list(db.session.scalars(sa.select(Comment.id).where(Comment.post_id.in_(posts))))
    article = db.session.scalars(sa.select(Article.id).where(Article.title.contains(word_of("staffarticle")))).one()
    entries = list(
        db.session.scalars(sa.select(LogEntry.id).where(LogEntry.reason.in_([word_of("staffreason"), word_of("stafflock")])))
    )
    assert posts and comments and entries
    forms = [(f"/posts/{n}/{verb}", {"value": "1", "body": "x" * 40, "reason": "spam", "title": "A title of mine"})
             for n in posts for verb in ("vote", "edit", "comments", "accept", "withdraw", "flag")]  # fmt: skip
    forms += [(f"/posts/{n}/worked", {"worked": "yes"}) for n in posts]
    forms += [(f"/threads/{secret.id}/{verb}", {"value": "1", "kind": "workaround"}) for verb in ("follow", "me-too", "outcome")]
    forms += [(f"/questions/{secret.id}/answers", {"body": "An answer of mine, long enough"})]
    forms += [
        (f"/comments/{n}/{verb}", {"body": "x" * 40, "reason": "spam"}) for n in comments for verb in ("edit", "delete", "flag")
    ]
    open_one = db.session.scalars(sa.select(Thread.id).where(Thread.title.contains("tomatoes"))).one()
    inner = [(f"/moderation/threads/{secret.id}/{verb}", {"reason": "r", "category_id": "1", "original_id": str(open_one)})
             for verb in ("hide", "lock", "unlock", "pin", "unpin", "close", "move", "duplicate", "approve", "reject", "restore")]  # fmt: skip
    inner += [(f"/moderation/{kind}/{n}/{verb}", {"reason": "r"}) for kind, found in (("posts", posts), ("comments", comments))
              for n in found for verb in ("hide", "restore")]  # fmt: skip
    inner += [(f"/moderation/log/{n}/undo", {}) for n in entries]
    inner += [
        (f"/moderation/promotions/{secret.id}/{verb}", {"reason": "r"})
        for verb in ("dismiss", "snooze", "restore", "promote", "card", "uncard")
    ]
    inner += [(f"/moderation/cards/{n}", {}) for n in posts]
    inner += [
        (f"/kb/articles/{article}/{verb}", {"reason": "r"})
        for verb in ("publish", "archive", "reopen", "verify", "edit", "restore/1")
    ]
    inner += [(f"/kb/articles/{article}/feedback", {"helpful": "yes"})]
    before = _state()
    for role, wanted in (("member", forms), ("moderator", forms + inner)):
        browser = site.browser(role)
        token = browser.token()
        for path, data in wanted:
            response = browser.client.post(
                path, data={**data, "csrf_token": token}, headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"}
            )
            assert response.status_code == 404, f"{role} {path}: {response.status_code}"
    assert _state() == before


def _state() -> list[object]:
    db.session.rollback()
    return [db.session.execute(sa.select(*model.__table__.columns).order_by(*model.__table__.primary_key)).all()
            for model in (Thread, Post, Comment, Article, ArticleSource, Candidate)]  # fmt: skip


def test_moderators_cannot_reach_what_is_for_staff_by_way_of_their_own_things(site: Site):
    """Moving a public thread into a board that one cannot read, or naming a secret original, is refused like nonsense."""
    browser = site.browser("moderator")
    own = db.session.scalars(sa.select(Thread.id).where(Thread.title.contains("tomatoes"))).one()
    secret = db.session.scalars(sa.select(Thread).where(Thread.title.contains(word_of("staffthread")))).one()
    texts = {
        (path, number): browser.post(path, {field: str(number), "reason": "r"}, status=400).text
        for path, field, numbers in (
            (f"/moderation/threads/{own}/move", "category_id", (secret.category_id, 999_999)),
            (f"/moderation/threads/{own}/duplicate", "original_id", (secret.id, 999_999)),
        )
        for number in numbers
    }
    said = [re.sub(r'name="csrf[^>]*>|/assets/\w+/', "", text) for text in texts.values()]
    assert said[0] == said[1] and said[2] == said[3]
