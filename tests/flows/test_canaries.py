"""Secrets of every kind, planted under words of their own, and everybody who looks everywhere: who may not read a thing finds no
trace of it. For words that a page repeats because they were asked for, the answer must be the one for a word that does not exist.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from app.forum.services import curating
from app.kb.models import Article, ArticleSource, Candidate
from app.moderation.models import LogEntry
from app.moderation.presenters.transparency import forget_report
from app.privacy.services.copying import write_copy
from app.search.sync import rebuild
from tests.factories import actor_of, make_person
from tests.flows.planting import PLANTED, ROLES, Site, ask, plant, word_of
from tests.flows.planting_decided import DECIDED, plant_decided
from tests.flows.walking import walk
from tests.mailbox import collect
from tests.saved import Saved

pytestmark = pytest.mark.usefixtures("engine")
NOWHERE_ELSE: dict[str, tuple[str, ...]] = {**PLANTED, **DECIDED}


def searched(word: str) -> list[str]:
    """Addresses that look for a word: what they answer must not tell whether it exists."""
    name = quote(word)
    return [
        f"/search?q={name}", f"/search?q=%22{name}%22", f"/search?q={name}+greenhouse", f"/search?q={name[:-4]}",
        f"/search?q={name[:-3]}x{name[-2:]}", f"/search?q=title:{name}", f"/search?q=-{name}+greenhouse",
        f"/search?q={name}&type=articles&sort=newest", f"/search/suggest?q={name}", f"/search/suggest?q={name[:6]}",
        f"/search/suggest?q={name[:11]}", f"/ask/similar?title={name}+in+the+greenhouse", f"/ask?title={name}+greenhouse+tomatoes",
        f"/moderation/log?words={name}", f"/moderation/log.csv?words={name}",
    ]  # fmt: skip


def asked(word: str) -> list[str]:
    """Addresses in which a word stands for a board, a tag, a section, an article or a person."""
    name = quote(word)
    return [
        f"/search?q=tag:{name}", f"/search?q=greenhouse&tag={name}", f"/search?q=greenhouse&category={name}",
        f"/search?q=author:{name}", f"/search?tag={name}", f"/tags?q={name[:8]}", f"/questions?tag={name}", f"/discussions?tag={name}",
        f"/questions?category={name}", f"/tags/{name}", f"/tags/{name.upper()}", f"/tags/{name}?page=1", f"/tags/{name}?page=2",
        f"/tags/{name}?view=solved", f"/tags/{name}?view=zz", f"/tags/{name}/feed.atom", f"/c/{name}", f"/c/{name}?page=2",
        f"/c/{name}?view=zz", f"/c/{name}/feed.atom", f"/kb/{name}", f"/kb/guides/guide-to-{name}", f"/kb/{name}/{name}",
        f"/kb/zz/guide-to-{name}", f"/people/{name}", f"/moderation/people?q={name}", f"/moderation/log?by={name}",
        f"/moderation/log?about={name}",
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
        plant_decided(planted)
        collect(app)
        rebuild()
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
        for path, text in walk(site.browser(role).client, role).items():
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
# Words of texts that are no name of anything, and words that stand where nobody searches.
TEXTS = ("body", "answer", "page", "asked", "revision", "copy", "summary", "applies")
NOT_SEARCHED = ("lock", "score", "about", "mention", "comment", "host", "note")


def test_asking_by_name_tells_nothing(site: Site):
    """Whether a secret word exists shows nowhere: its answers are those for a word that nobody ever used."""
    differences = []
    for role in ("visitor", "member", "moderator"):
        client = site.browser(role).client
        expected = {path: _normal(client.get(path), CONTROL) for path in searched(CONTROL) + asked(CONTROL)}
        for kind, allowed in NOWHERE_ELSE.items():
            if role in allowed or kind.endswith(NOT_SEARCHED) or (role == "visitor" and "member" not in allowed):
                continue
            names = (
                [] if kind.endswith(TEXTS) or (kind in DECIDED and not kind.endswith(("tag", "name"))) else asked(word_of(kind))
            )
            for path, plain in zip(searched(word_of(kind)) + names, searched(CONTROL) + asked(CONTROL), strict=False):
                said, wanted = _normal(client.get(path), word_of(kind)), expected[plain]
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


def test_moderators_find_no_waves_in_what_is_for_staff(site: Site):
    """Looking for everything like a host, a text or an account answers for what is for staff as for what does not exist."""
    board = db.session.scalars(sa.select(Category.id).where(Category.name == "Inner decisions")).one()
    author = make_person("mole-too", level=1, pinned_level=1)
    words = (
        "my cousin sells the very best of garden gnomes with a lamp and a hat, quite cheap, at https://gnomes.example/ for a week"
    )
    secret = ask(
        author, db.session.scalars(sa.select(Category.id).where(Category.slug == "decided-board")).one(), "gnomes", words, []
    )
    asked_for = ({"hosts": "gnomes.example"}, {"sample": f"{words} and some more words about it"}, {"people": "mole-too"})
    for role, where, is_found in (("moderator", None, True), ("moderator", board, False), ("admin", None, True)):
        if where:
            with unit_of_work():
                curating.move_thread(actor_of(site.insider), thread_id=secret.id, category_id=where, reason="For us only")
        for fields in asked_for:
            text = site.browser(role).post("/moderation/waves/new", fields, status=200).text
            assert ("What about gnomes" in text) == is_found, (role, fields)


def test_copies_of_ones_own_data_hold_nothing_that_one_may_not_read(site: Site, tmp_path: Path):
    """What people take away is about them: also for what they reported, follow or were told of, and may not read any more."""
    for role, person in site.people.items():
        name, _size = write_copy(person.id, tmp_path, tmp_path)
        with zipfile.ZipFile(tmp_path / name) as archive:
            text = "".join(archive.read(file).decode().lower() for file in archive.namelist())
        assert person.name in text
        for kind, allowed in NOWHERE_ELSE.items():
            is_own = (role, kind) == ("member", "movedtag")  # the member gave it, when all could read it
            assert role in allowed or is_own or word_of(kind) not in text, f"the copy of {role} holds {kind}"


def test_what_is_counted_in_public_names_nothing(site: Site):
    """The page about what moderators decide shows no word of a secret, to whomever."""
    before = site.app.extensions["settings"]
    site.app.extensions["settings"] = replace(before, transparency="on")
    forget_report()
    try:
        text = site.browser("visitor").get("/transparency").text
    finally:
        site.app.extensions["settings"] = before
        forget_report()
    assert "zq" not in text.lower()
