"""Every address with every method, for everybody, with everything that may be sent: an answer each time, never a failure of ours.

The addresses come from the application itself, so that a new route is tested without anybody thinking of it; a new form must be
named in FIELDS. Each odd value is tried at a quarter of the addresses, at all of them in a thorough run.
"""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import quote

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.core.db import db
from app.core.settings import Settings
from app.factory import create_app
from app.forum.models import Post
from app.moderation.routes.acting import _COMMENT_ACTIONS, _POST_ACTIONS, _THREAD_ACTIONS
from tests.flows.hostile import HEADERS, LONG, NO_IDS, NO_WORDS, PLAUSIBLE, QUERIES, VALUES, bodies, encoded
from tests.flows.world import ROLES, World, build_world
from tests.thorough import share, share_of

pytestmark = pytest.mark.usefixtures("engine")
# Who a route's marker lets in (app/web/access.py).
ALLOWED = {
    "public": ROLES, "members": ROLES[1:], "staff": ("staff", "admin"), "curators": ("staff", "moderator", "admin"),
    "moderators": ("moderator", "admin"), "admins": ("admin",),
}  # fmt: skip
BODY_AND_MORE = "title body tags category reason base_revision"
ARTICLE = "title slug summary applies_to body asked_as note base_revision section_id audience then"
EDIT = "title summary applies_to asked_as note slug section_id audience kind base_revision block do then"
# The fields that each form may send. An empty string: nothing but the button.
WAVE = "hosts sample people joined_from joined_to name_pattern mail_host needs_both written_from written_to"
FIELDS = {
    "accounts.change_address": "email current_password", "accounts.change_password": "old_password password",
    "accounts.change_role": "role", "accounts.confirm": "", "accounts.drop_address": "", "accounts.end_sessions": "keep",
    "accounts.offer_claim": "email", "accounts.request_reset": "email", "accounts.resend_confirmation": "",
    "accounts.choose_language": "language",
    "accounts.reset": "password", "accounts.save_profile": "display_name website about",
    "accounts.sign_in": "login password next",
    "accounts.sign_out": "", "accounts.sign_up": "name email password answer homepage stamp next", "forum.accept": "", "forum.add": "body",
    "desk.add_free_day": "day name", "desk.add_group": "name description members",
    "desk.add_rule": "category_id tag in_charge",
    "desk.answer": "body do canned find article then", "desk.apply_rules": "", "desk.assign": "in_charge note next",
    "desk.change_canned": "title body category_id is_shared", "desk.change_group": "name description members",
    "desk.change_hours": "opens_0 closes_0", "desk.change_rule": "category_id tag in_charge",
    "desk.create_canned": "title body category_id is_shared", "desk.delete_canned": "", "desk.order_rule": "direction",
    "desk.release": "next", "desk.remove_free_day": "day", "desk.remove_group": "", "desk.remove_rule": "",
    "desk.take": "take_over next",
    "forum.change_comment": "body reason", "forum.comment": "body",
    "forum.create_category_action": "name description audience needs_approval holds_first_posts archive_after_days position",
    "forum.delete_category_action": "", "forum.draft": f"{BODY_AND_MORE} next discard", "forum.follow": "value next",
    "forum.follow_tag": "value next", "forum.follow_category": "value next",
    "forum.me_too": "value", "forum.preview": "body", "forum.report_outcome": "kind worked post_id reason",
    "forum.save": "title body tags reason base_revision", "forum.start": "title body category tags version check",
    "forum.take_back": "", "forum.take_post_back": "", "forum.save_title": "title tags reason base_revision",
    "moderation.set_level": "decision level days reason",
    "forum.take_back_outcome": "reason",
    "forum.update_category_action": "name description audience needs_approval holds_first_posts archive_after_days position",
    "forum.vote": "value", "forum.withdraw": "reason", "forum.worked": "worked reason", "kb.acknowledge": "revision",
    "kb.archive": "reason",
    "kb.create_article": ARTICLE, "kb.create_section": "title description parent_id", "kb.delete_section": "",
    "kb.dismiss": "reason note", "kb.snooze": "days note", "kb.pin_best_card": "next", "kb.pin_card": "next",
    "kb.unpin_card": "next", "kb.edit_article": EDIT, "kb.feedback": "helpful reason note", "kb.order_section": "direction",
    "kb.preview": "body", "kb.promote": "title section_id audience kind environment take", "kb.publish": "revision",
    "kb.remove_wording": "", "kb.restore_wording": "", "kb.reopen": "reason",
    "kb.restore": "", "kb.restore_dismissed": "", "kb.submit": "", "kb.update_section": "title description parent_id",
    "kb.verify": "next", "moderation.act_on_comment": "reason revision next", "moderation.act_on_post": "reason revision next",
    "moderation.act_on_thread": "reason category_id original_id minutes note revision next", "moderation.flag_comment_action": "reason note",
    "moderation.dismiss_duplicate": "reason next", "moderation.join": "original_id reason next",
    "moderation.separate": "followers reason", "moderation.split": "posts title kind category reason",
    "moderation.merge": "target_id opening reason", "moderation.convert": "reason", "moderation.to_comment": "under reason",
    "moderation.to_answer": "reason", "moderation.flag_post_action": "reason original note", "moderation.flag_person_action": "reason note",
    "moderation.lift": "reason", "moderation.decide": "kind days template words seen",
    "moderation.answer_appeal": "decision answer", "moderation.acknowledge_warning": "", "moderation.appeal_as_member": "note",
    "moderation.appeal_as_banned": "note", "moderation.decide_in_inbox": "reason seen is_sure then from",
    "moderation.claim_in_inbox": "take_over from", "moderation.release_in_inbox": "from",
    "moderation.decide_several": "item decision reason from", "moderation.undo_several": "reason",
    "moderation.undo": "reason next",
    "notifications.choose_mails": "kind", "notifications.mark_all_read": "", "notifications.unsubscribe": "scope",
    "notifications.outcome": "say post_id reason", "notifications.outcome_undo": "",
    "pages.retry_job": "", "pages.retry_all_jobs": "", "pages.drop_job": "", "uploads.upload": "file",
    "forum.create_product": "name position", "forum.update_product": "name position", "forum.delete_product": "",
    "forum.add_version": "version-name", "forum.release_version": "", "forum.withdraw_version": "",
    "forum.delete_version": "",
    "forum.save_versions": "version", "forum.check_version": "works", "kb.remark": "body", "kb.resolve_remark": "",
    "kb.reopen_remark": "", "kb.schedule": "publish_at revision", "kb.unschedule": "", "kb.change_owner": "owner next",
    "kb.add_passages": "thread take", "kb.keep_article_draft": EDIT, "kb.link_to_article": "article note",
    "kb.preview_article": EDIT, "kb.save_merge": "revision then", "kb.settle": "", "kb.change_rhythm": "days",
    "kb.save_versions": "version fails", "kb.check": "works next", "forum.end_asking": "solved title body",
    "search.picked": "q key", "kb.remove_search": "", "kb.restore_search": "",
    "search.add_alias": "said means is_mutual gap", "search.remove_alias": "", "search.restore_alias": "",
    "privacy.ask_export": "export_password", "privacy.ask_erase": "name password posts", "privacy.keep": "",
    "privacy.confirm_erase": "", "privacy.anonymise": "posts reason", "privacy.merge": "into reason confirm",
    "moderation.remove_content_action": "reason", "moderation.look_for_wave": WAVE, "moderation.put_away_wave": f"{WAVE} reason listed seen_at",
    "moderation.give_wave_back": "reason next", "moderation.remove_wave": "reason",
    "moderation.watch": "kind text measure tag note", "moderation.unwatch": "reason next",
    "moderation.watch_again": "reason next", "moderation.try_it": "text",
    "search.write_for_gap": "", "search.set_gap_aside": "reason", "search.reopen_gap": "",
}  # fmt: skip


def _rules() -> list[Rule]:
    app = create_app(
        environ={"SECRET_KEY": "only-for-tests-" * 4, "INSTANCE_PATH": "/tmp/threadwell-url-map", "LOG_LEVEL": "ERROR"}
    )
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


RULES = _rules()
FORMS = [rule for rule in RULES if "POST" in (rule.methods or ())]
PAGES = [rule for rule in RULES if "GET" in (rule.methods or ())]


def named(rules: list[Rule]) -> Any:
    return pytest.mark.parametrize("rule", rules, ids=[f"{rule.endpoint}:{rule.rule}" for rule in rules])


@pytest.fixture
def app(kept_app: Flask) -> Flask:
    return kept_app


@pytest.fixture
def world(app: Flask) -> World:
    return build_world(app)


def address(rule: Rule, parts: dict[str, Any], **odd: str) -> str:
    """Return an address of the rule. `odd` parts are put in as they are, already quoted."""
    found = rule.rule
    for argument in rule.arguments:
        if argument not in rule._converters:
            continue
        value = odd.get(argument) or quote(
            str(parts[rule.endpoint.removesuffix("_page")] if argument == "token" else parts[argument])
        )
        for opening in ("<", "<id:", "<path:", "<any(threads,articles,categories,tags):", "<any(done, refused, open):"):
            found = found.replace(f"{opening}{argument}>", value or "none")
    assert "<" not in found, found
    return found


def access_of(app: Flask, rule: Rule) -> str:
    return str(app.view_functions[rule.endpoint].access)  # type: ignore[attr-defined]


def arguments_of(rule: Rule) -> list[str]:
    return sorted(name for name in rule.arguments if name in rule._converters)


def test_every_form_is_known_here():
    assert {rule.endpoint for rule in FORMS} == set(FIELDS)


@named(PAGES)
def test_pages_open_for_whom_they_are_meant(app: Flask, world: World, rule: Rule):
    path, allowed = address(rule, world.parts), ALLOWED[access_of(app, rule)]
    for role in ROLES:
        for method in ("get", "head"):
            response = getattr(world.client(role), method)(path)
            status = response.status_code
            cookies = {cookie.partition("=")[0] for cookie in response.headers.getlist("Set-Cookie")}
            assert cookies <= {"threadwell"}, f"{path} sets {cookies}: only the sign-in needs no consent"
            if role in allowed:
                assert status in (200, 301, 302, 303, 403, 404, *unready(rule)), f"{role} {method} {path}: {status}"
            elif role == "visitor" and path.startswith("/api/"):
                assert (status, response.mimetype) == (403, "application/problem+json"), f"{method} {path}: {status}"
            elif role == "visitor":
                assert (status, response.location.startswith("/login?next=")) == (302, True), f"{method} {path}: {status}"
            else:
                assert status == 404, f"{role} {method} {path}: {status}"
    assert world.client("admin").get(path).status_code in (200, 301, 302, 303, 404, *unready(rule)), path


def is_refused(role: str, path: str, status: int) -> bool:
    """Visitors are led to the sign-in page everywhere but in the API, where there is none."""
    return role == "visitor" and path.startswith("/api/") and status == 403


def unready(rule: Rule) -> tuple[int, ...]:
    """The page for monitors says 503 while there is no index, as in these tests."""
    return (503,) if rule.endpoint == "pages.readyz" else ()


@named(PAGES)
def test_pages_survive_addresses_that_mean_nothing(app: Flask, world: World, rule: Rule):
    role = ALLOWED[access_of(app, rule)][-1]
    for argument in arguments_of(rule):
        is_number = type(rule._converters[argument]).__name__ == "IdConverter"
        for odd in share(NO_IDS if is_number else NO_WORDS, RULES.index(rule), of=2):
            path = address(rule, world.parts, **{argument: odd})
            for asking in (role, "visitor"):
                status = world.client(asking).get(path).status_code
                assert status in (200, 301, 302, 303, 400, 404, 410) or is_refused(asking, path, status), (
                    f"{asking} {path[:200]}: {status}"
                )
                if is_number and argument != "number" and rule.endpoint != "kb.show_article":
                    assert status in (404, 302) if asking == "visitor" else status == 404, f"{asking} {path[:200]}: {status}"
    for query in share(QUERIES, RULES.index(rule)):
        for asking in (role, "visitor"):
            response = world.client(asking).get(
                address(rule, world.parts), environ_overrides={"QUERY_STRING": query.decode("latin-1")}
            )
            status, expected = response.status_code, (200, 301, 302, 303, 400, 404, *unready(rule))
            assert status in expected or is_refused(asking, rule.rule, status), (
                f"{asking} {rule.rule}?{query[:80]!r}: {response.status}"
            )


def unpacked(response: TestResponse) -> bytes:
    """Return what an answer holds, of a packed file what is in it."""
    return gzip.decompress(response.data) if response.mimetype == "application/gzip" else response.data


@named(PAGES)
def test_pages_survive_odd_headers(app: Flask, world: World, rule: Rule):
    path = address(rule, world.parts)
    for name, headers in share_of(HEADERS, RULES.index(rule)).items():
        client = app.test_client(use_cookies=False) if "Cookie" in headers else world.client("visitor")
        response = client.get(path, headers=headers)
        assert response.status_code < 500 or response.status_code in unready(rule), f"{name} {path}: {response.status_code}"
        assert b"evil.example" not in unpacked(response) and "evil.example" not in (response.location or ""), f"{name} {path}"


@named(RULES)
def test_other_methods_are_refused(app: Flask, world: World, rule: Rule):
    path = address(rule, world.parts)
    taken = {m for other in RULES if other.rule == rule.rule for m in (other.methods or ())}
    for method in share(("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "WHAT"), RULES.index(rule), of=2):
        if method in taken:
            continue
        response = world.client("admin").open(path, method=method, headers={"X-CSRFToken": world.token("admin")})
        # Another rule may take it: /questions/1/answers is also the question with another slug.
        assert response.status_code in (301, 404, 405, 410), f"{method} {path}: {response.status_code}"
        assert response.status_code != 405 or response.headers["Allow"], f"{method} {path}: no Allow"
    assert world.client("visitor").options(path).status_code == 200


def form_of(rule: Rule, world: World, role: str) -> dict[str, str | bytes]:
    """Return what a reasonable person would send to the rule."""
    places = {
        "category": str(world.parts["category_id"]), "category_id": str(world.parts["category_id"]),
        "original_id": str(world.parts["thread_id"]), "post_id": str(world.parts["post_id"]),
        "section_id": str(world.parts["section_id"]), "take": str(world.parts["post_id"]),
    }  # fmt: skip
    known = {**PLAUSIBLE, **places}
    fields: dict[str, str | bytes] = {name: known[name] for name in FIELDS[rule.endpoint].split() if name in known}
    if rule.endpoint.startswith("moderation.flag"):
        fields["reason"] = "spam"
    return {"csrf_token": world.token(role), **fields}


def send(world: World, role: str, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded", **headers: str) -> Any:
    return world.client(role).post(path, data=body, headers={"Content-Type": kind, **headers})


@named(FORMS)
def test_forms_answer_everybody(app: Flask, world: World, rule: Rule):
    path, allowed = address(rule, world.parts), ALLOWED[access_of(app, rule)]
    for role in ROLES:
        response = send(world, role, path, encoded(form_of(rule, world, role)))
        status = response.status_code
        if role in allowed:
            assert status in (200, 201, 303, 400, 403, 404, 409, 410), f"{role} {path}: {status}\n{response.text[:500]}"
        elif role == "visitor":
            # A page that keeps what was typed, and leads there, stands in between.
            is_led = response.location.startswith("/login") if status == 303 else 'href="/login?next=' in response.text
            assert (status in (303, 400), is_led) == (True, True), f"{path}: {status}"
        else:
            assert status == 404, f"{role} {path}: {status}"
        if rule.endpoint in (
            "accounts.sign_out",
            "accounts.end_sessions",
            "accounts.sign_in",
            "accounts.sign_up",
            "accounts.reset",
        ):
            world.clients.pop(role), world.tokens.pop(role)


@named(FORMS)
def test_forms_survive_hostile_fields(app: Flask, world: World, rule: Rule):
    role = "admin" if access_of(app, rule) not in ("public", "members") else "member"
    for number, action in enumerate(actions_of(rule)):
        path = address(rule, world.parts, **({"action": action} if action else {}))
        for place, name in enumerate(FIELDS[rule.endpoint].split(), start=RULES.index(rule) + number):
            for what, value in share_of({**VALUES, "missing": None}, place).items():
                form = form_of(rule, world, role)
                form.pop(name, None)
                response = send(world, role, path, encoded(form if value is None else {**form, name: value}))
                assert response.status_code < 500, f"{path} {name}={what}: {response.status_code}"
                if rule.endpoint in ("accounts.sign_in", "accounts.sign_up", "accounts.reset", "accounts.end_sessions"):
                    world.clients.pop(role), world.tokens.pop(role)
        response = send(world, role, path, encoded({"csrf_token": world.token(role)}))
        assert response.status_code < 500, f"{path} without any field: {response.status_code}"


def actions_of(rule: Rule) -> tuple[str, ...]:
    """Return the last parts of addresses that name what is to be done."""
    actions = {"moderation.act_on_thread": _THREAD_ACTIONS, "moderation.act_on_post": _POST_ACTIONS}
    return tuple({**actions, "moderation.act_on_comment": _COMMENT_ACTIONS}.get(rule.endpoint, {"": None}))


@named(FORMS)
def test_forms_survive_bodies_that_are_none(app: Flask, world: World, rule: Rule):
    role = "admin" if access_of(app, rule) not in ("public", "members") else "member"
    path, field = address(rule, world.parts), (FIELDS[rule.endpoint].split() or ["x"])[0]
    given, token = bodies(world.token(role), field), world.token(role)
    for what in share(given, RULES.index(rule)):
        if world.token(role) != token:  # it was signed out by the last one
            given, token = bodies(world.token(role), field), world.token(role)
        kind, body = given[what]
        response = send(world, role, path, body, kind, **{"X-CSRFToken": token})
        assert response.status_code < 500, f"{path} {what}: {response.status_code}"
        if rule.endpoint.startswith("accounts."):
            world.clients.pop(role), world.tokens.pop(role)
    for what, headers in share_of(HEADERS, RULES.index(rule)).items():
        response = send(world, role, path, encoded(form_of(rule, world, role)), **headers)
        assert response.status_code < 500, f"{path} {what}: {response.status_code}"
        if rule.endpoint.startswith("accounts."):
            world.clients.pop(role), world.tokens.pop(role)


@named([rule for rule in FORMS if arguments_of(rule)])
def test_forms_survive_addresses_that_mean_nothing(app: Flask, world: World, rule: Rule):
    role = "admin" if access_of(app, rule) not in ("public", "members") else "member"
    for argument in arguments_of(rule):
        is_number = type(rule._converters[argument]).__name__ == "IdConverter"
        for odd in share(NO_IDS if is_number else NO_WORDS, RULES.index(rule), of=2):
            path = address(rule, world.parts, **{argument: odd})
            response = send(world, role, path, encoded(form_of(rule, world, role)))
            assert response.status_code in (200, 303, 400, 403, 404, 405, 410), f"{path[:200]}: {response.status_code}"
            if is_number and rule.endpoint not in ("kb.feedback", "forum.worked"):  # they refuse programs before they look
                assert response.status_code in (404, 405), f"{path[:200]}: {response.status_code}"


# Forms with text that must come back when they are refused: (role, path with parts, the field that is wrong, its wrong value).
REFUSED = [
    ("member", "/ask", "title", ""), ("member", "/ask", "category", "999"), ("member", "/ask", "body", LONG),
    ("member", "/discussions/new", "tags", "a,b,c,d,e,f,g,h"), ("other", "/questions/{thread_id}/answers", "body", ""),
    ("other", "/questions/{thread_id}/answers", "body", LONG + "MARK"), ("other", "/posts/{post_id}/comments", "body", LONG + "MARK"),
    ("other", "/posts/{post_id}/edit", "body", LONG + "MARK"), ("member", "/comments/{comment_id}/edit", "body", LONG + "MARK"),
    ("staff", "/kb/articles/new", "title", ""), ("staff", "/kb/articles/{article_id}/edit", "section_id", "999"),
    ("staff", "/kb/articles/{article_id}/edit", "asked_as", "x" * 300_000 + "MARK"), ("staff", "/kb/sections", "title", ""),
    ("admin", "/admin/categories", "name", ""), ("member", "/settings/profile", "website", "javascript:alert(1)"),
    ("member", "/settings/profile", "about", LONG), ("other", "/comments/{comment_id}/flag", "reason", "zz"),
    ("staff", "/moderation/promotions/{thread_id}/promote", "section_id", "999"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path", "wrong", "value"), REFUSED, ids=[f"{path}:{wrong}:{len(v)}" for _, path, wrong, v in REFUSED]
)
def test_refused_forms_keep_what_was_typed(world: World, role: str, path: str, wrong: str, value: str):
    texts = dict.fromkeys(
        ("title", "body", "tags", "note", "about", "description", "asked_as", "summary"), "Kept: ünïcode & <b> “quoted”"
    )
    where = {
        "category": world.parts["category_id"],
        "section_id": world.parts["section_id"],
        "audience": "public",
        "environment": "Kept: E",
    }
    given = {**PLAUSIBLE, **texts, **where, wrong: value, "csrf_token": world.token(role)}
    response = world.client(role).post(path.format(**world.parts), data=given)
    assert response.status_code == 400
    page = lxml.html.document_fromstring(response.text)
    form = next(form for form in page.forms if form.action == path.format(**world.parts))
    fields = {field.get("name"): field.value for field in form.xpath(".//input[@name]|.//textarea[@name]")}
    for name in (set(fields) & set(texts)) - {wrong}:
        assert fields[name].strip() == texts[name], f"{name} was lost"
    assert wrong not in texts or not value or value in response.text, "what was wrong with it cannot be mended"


@pytest.mark.parametrize("field", ["title", "body", "summary", "note", "about", "description", "asked_as", "environment", "tags"])
def test_texts_survive_a_lost_session(world: World, field: str):
    typed = f"Kept & <{field}>"
    for path in ("/ask", f"/posts/{world.parts['post_id']}/comments", "/settings/profile", "/kb/articles/new"):
        response = world.client("staff").post(path, data={field: typed, "csrf_token": "old"})
        assert response.status_code == 400 and f"Kept &amp; &lt;{field}&gt;" in response.text


def test_nothing_was_written_by_all_that_was_refused(world: World):
    """Refusals leave no rows: the number of posts is what it was."""
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Post))
    for role, path, wrong, value in REFUSED:
        given = {**PLAUSIBLE, "category": world.parts["category_id"], wrong: value, "csrf_token": world.token(role)}
        assert world.client(role).post(path.format(**world.parts), data=given).status_code == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == before


def test_settings_of_this_test_are_those_of_production(settings: Settings):
    assert settings.rate_limits == "off" and settings.is_testing
