"""Every macro of templates/components renders by itself under StrictUndefined; the layouts say what browsers need.

Owns no application: a tiny Flask app lends the templates what app/web gives them (filters, asset_url, csrf_token).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

import pytest
import wtforms
from flask import Flask, get_flashed_messages, render_template, render_template_string
from jinja2 import StrictUndefined
from markupsafe import Markup
from wtforms import validators

from app.core.pagination import Page
from app.web.filters import FILTERS
from app.web.translating import add_translations

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACTIONS = (
    "vote",
    "accept",
    "unaccept",
    "edit",
    "comment",
    "flag",
    "hide",
    "restore",
    "approve",
    "card",
    "me_too",
    "reshape",
    "retitle",
)
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def web() -> Iterator[Flask]:
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.secret_key = "only for this test"
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    add_translations(app.jinja_env)
    app.jinja_env.globals.update(
        asset_url=lambda path: f"/assets/0/{path}",
        csrf_token=lambda: "token-1",
        piece=lambda macro, *values, **inside: macro(*values, **inside),
        pieces=lambda macro, rows, *more: Markup("").join(macro(row, *more) for row in rows),
        kept=lambda macro: macro,
        personal=lambda name, macro, *values: macro(*values),
        get_flashed_messages=get_flashed_messages,
        show_flashes=False,
        unread_count=0,
    )
    with app.test_request_context("/questions"):
        yield app


def call(component: str, expression: str, **values: Any) -> str:
    names = ", ".join(sorted(set(re.findall(r"\b([a-z_]+)\(", expression))))
    return render_template_string(f'{{% from "components/{component}.html" import {names} %}}{{{{ {expression} }}}}', **values)


def person(**changes: Any) -> Thing:
    return Thing(**{"name": "mira", "display_name": "Mira", "role": "member", "path": "/people/mira", **changes})


def post(*allowed: str, row: Mapping[str, Any] | None = None, **changes: Any) -> Thing:
    stored: dict[str, Any] = {
        "id": 12,
        "kind": "answer",
        "author": person(),
        "created_at": NOW,
        "edited_at": None,
        "score": 3,
        "accepted_at": None,
        "is_official": False,
        "hidden_at": None,
        "held_at": None,
        "hidden_reason": "",
    }
    base: dict[str, Any] = {
        "row": Thing(**{**stored, **(row or {})}),
        "anchor": "post-12",
        "path": "/questions/1/x#post-12",
        "history_path": "",
        "html": "Text",
        "credit": "",
        "my_vote": 0,
        "comments": [],
        "comment_text": "",
        "comment_error": "",
        "verdict": None,
        "can": Thing(anything=bool(allowed), **{action: action in allowed for action in ACTIONS}),
        "urls": Thing(**{action: f"/do/{action}" for action in (*ACTIONS, "reject", "history")}),
    }
    return Thing(**{**base, **changes})


def asked(state: str = "ask", **changes: Any) -> Thing:
    base = {"url": "/worked", "anchor": "worked-12", "state": state, "is_fresh": state != "ask", "voices": "", "why": ""}
    return Thing(**{**base, "reasons": [("outdated", "It is out of date")], **changes})


def comment(number: int) -> Thing:
    return Thing(
        row=Thing(id=number, author=None, created_at=NOW, html=f"Note {number}", hidden_at=None),
        anchor=f"comment-{number}",
        can_edit=False,
        can_flag=False,
        can_hide=False,
    )


def context(signed_in: bool = False, **head: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": "Hub offline",
        "description": "",
        "canonical": "",
        "robots": "",
        "jsonld": [],
        "crumbs": [],
        "prev": "",
        "next": "",
        "feeds": [],
        "image": "",
        "og_type": "website",
    }
    roles = dict.fromkeys(("is_staff", "is_moderator", "is_curator", "is_admin"), signed_in)
    standing = {"is_warned": False, "is_unconfirmed": False}
    role = "admin" if signed_in else None
    actor = Thing(is_authenticated=signed_in, name="mira", display_name="Mira", role=role, **standing, **roles)
    site = Thing(
        name="Loomwell",
        base_url="https://example.com",
        tagline="",
        logo_url="",
        footer_text="",
        footer_links=[("About", "/about")],
    )
    return {"head": Thing(**{**data, **head}), "actor": actor, "site": site, "now": NOW, "language": "en"}


SIMPLE = [
    ("icon", "icon('search', 'Search')", 'aria-label="Search"'),
    ("icon", "drawing('inbox')", "#empty-inbox"),
    ("time", "timestamp(now)", 'datetime="2026-03-01T12:00Z"'),
    ("time", "day(now)", "1 Mar 2026"),
    ("status", "status_pill('likely_solved')", "Probably solved"),
    ("status", "status_pill('something_new')", "Something new"),
    ("status", "kind_pill('article')", "Article"),
    ("status", "state_pill('in_review')", "In review"),
    ("tag", "tag_link('c++', 4)", "/tags/c%2B%2B"),
    ("tag", "tag_list(['hub', 'wi-fi'])", ">wi-fi</a>"),
    ("person", "person_link(none)", "[removed]"),
    ("crumbs", "crumbs([('Questions', '/questions')])", "You are here"),
    ("empty", "empty('Nothing', 'Yet', 'Ask', '/ask')", 'href="/ask"'),
    ("banner", "banner('News', 'Read', '/x', 'wait')", "banner-wait"),
    ("banner", "maintained_banner({'title': 'A', 'path': '/kb/a'})", "/kb/a"),
    ("banner", "duplicate_banner({'title': 'A', 'path': '/q/1'})", "/q/1"),
    ("button", "post_button('/x', 'Lock', 'lock', fields={'state': 'on'}, confirm='Sure?')", 'name="state" value="on"'),
    ("button", "link_button('/x', 'Go', none, 'primary')", "btn btn-primary"),
    ("button", "toggle_button('/x', 'Follow', True, 1200, pressed_label='Following')", "1,200"),
    ("dialog", "reason_form('/x', 'Report', (('spam', 'Spam'),))", 'name="reason" value="spam"'),
    ("filters", "tabs([('Solved', '/s', 1200, true)])", 'aria-current="page"'),
    ("filters", "filters('Status', [('Solved', '/s', none, false)])", "Solved"),
    ("filters", "place_list([('Hub', '/c/hub', 3)])", "/c/hub"),
    ("filters", "link_list('Related', [('A', '/a')])", "/a"),
    ("side_nav", "side_nav('Tools', [('Queue', '/q', 3, 'inbox')], '/q')", 'aria-current="page"'),
    ("toc", "toc([(2, 'a', 'A'), (3, 'b', 'B')])", "#b"),
    ("search", "search_form('wifi')", 'value="wifi"'),
    ("diff", "diff_inline([('+', 'new'), ('-', 'old'), ('=', 'same')])", "<ins>new</ins>"),
    ("diff", "diff_sides([('a', 'b'), (none, 'c')])", 'class="was"'),
    ("figure", "figures([('Solved', '73', '/s', '9 more')])", "/s"),
    ("verdict", "verdict(asked, [], {'question': 'Did it?'}, 'helpful')", 'name="helpful" value="no"'),
    ("flash", "flashes([('error', 'No'), ('undo', ('Hidden', '/undo/1'))])", 'action="/undo/1"'),
    ("toast", "toast('Hidden', '/undo/1')", "Undo"),
    ("action_bar", "share_button('/x')", 'data-share="/x"'),
]


@pytest.mark.parametrize(("component", "expression", "expected"), SIMPLE)
def test_each_small_macro_renders_what_it_promises(web: Flask, component: str, expression: str, expected: str) -> None:
    assert expected in call(component, expression, now=NOW, asked=asked())


@pytest.mark.parametrize(
    ("component", "expression"),
    [
        ("crumbs", "crumbs([(evil, '/x')])"),
        ("person", "person_link(somebody)"),
        ("tag", "tag_link(evil)"),
        ("banner", "banner(evil, evil, '/x')"),
        ("diff", "diff_inline([('+', evil), ('-', evil), ('=', evil)])"),
        ("search", "search_form(evil)"),
        ("empty", "empty(evil, evil)"),
        ("flash", "flashes([('info', evil), ('undo', (evil, '/u'))])"),
    ],
)
def test_text_that_people_write_is_escaped(web: Flask, component: str, expression: str) -> None:
    assert "<script" not in call(component, expression, evil=EVIL, somebody=person(display_name=EVIL))


def test_a_visitor_sees_a_post_without_any_form_or_token(web: Flask) -> None:
    html = call("post", "post(p)", p=post())
    assert "<form" not in html and "token-1" not in html and 'id="post-12"' in html and "votes" in html


def test_a_post_offers_exactly_what_is_allowed(web: Flask) -> None:
    for action in ("vote", "accept", "unaccept", "edit", "comment", "flag", "hide", "restore", "approve", "card"):
        html = call("post", "post(p)", p=post(action))
        offered = {name for name in ACTIONS if f"/do/{name}" in html}
        assert offered == {action}


def test_pressing_a_vote_again_takes_it_back(web: Flask) -> None:
    html = call("post", "post(p)", p=post("vote", my_vote=1))
    assert re.findall(r'name="value" value="(-?\d)" aria-pressed="(\w+)"', html) == [("0", "true"), ("-1", "false")]


def test_a_removed_author_and_a_hidden_post_are_said_in_words(web: Flask) -> None:
    html = call("post", "post(p)", p=post(row={"author": None, "hidden_at": NOW, "hidden_reason": "spam"}))
    assert "[removed]" in html and "Hidden: spam" in html


def test_comments_fold_after_three(web: Flask) -> None:
    html = call("post", "post(p)", p=post("comment", comments=[comment(n) for n in range(5)]))
    head, folded = html.split("2 more comments")
    assert "Note 2" in head and "Note 3" not in head and "Note 4" in folded


def test_the_solution_card_names_who_confirmed_and_asks_whether_it_worked(web: Flask) -> None:
    info = Thing(by=person(), by_asker=True, by_readers=False, is_disputed=False, at=NOW, last_worked_at=NOW, worked_count=14)
    source = (
        '{% from "components/solution.html" import solution %}{% from "components/post.html" import post %}'
        "{% call solution(s) %}{{ post(p, solution=True) }}{% endcall %}"
    )
    html = render_template_string(source, s=info, p=post(row={"accepted_at": NOW}, verdict=asked()))
    assert "who asked" in html and "worked for 14 people" in html and 'value="yes"' in html and "token-1" not in html


def test_a_solution_that_nobody_marked_says_that_readers_confirm_it(web: Flask) -> None:
    info = Thing(by=None, by_asker=False, by_readers=True, is_disputed=True, at=NOW, last_worked_at=None, worked_count=3)
    source = '{% from "components/solution.html" import solution %}{% call solution(s) %}x{% endcall %}'
    html = render_template_string(source, s=info)
    assert "confirmed by readers" in html and "worked for 3 people" in html and "[removed]" not in html
    assert "Solution, disputed" in html and "is-disputed" in html


@pytest.mark.parametrize(
    ("state", "is_fresh", "expected", "forms"),
    [
        ("ask", False, "Did this work for you?", 1), ("undone", True, "Taken back.", 1), ("yes", True, "Good to know", 1),
        ("yes", False, "You said that this worked", 1), ("no", True, "What went wrong?", 2), ("no", False, "Say why", 2),
        ("told", True, "That helps to put it right", 1), ("told", False, "You said that this did not work", 1),
    ],
)  # fmt: skip
def test_the_question_has_words_for_each_state(web: Flask, state: str, is_fresh: bool, expected: str, forms: int) -> None:
    html = call("verdict", "worked(v)", v=asked(state, is_fresh=is_fresh))
    assert expected in html and html.count("<form") == html.count("data-visitor") == forms and "token-1" not in html
    assert ('value="undo"' in html) is (state not in ("ask", "undone")) and ("data-focus" in html) is is_fresh


def test_rows_show_status_answers_and_people_affected(web: Flask) -> None:
    row = Thing(
        path="/questions/1/x",
        title=EVIL,
        kind="question",
        status="solved",
        excerpt="",
        answer_count=1,
        affected_count=47,
        last_activity_at=NOW,
    )
    html = call("thread_row", "thread_list([row])", row=row)
    assert "Solved" in html and "1 answer<" in html and "47 affected" in html and "<script" not in html
    article = Thing(path="/kb/a", title="A", summary="S", verified_at=None, state="draft", audience="staff")
    assert "Staff only" in call("article_row", "article_list([row])", row=article)


def test_lists_of_results_notifications_and_the_queue_render(web: Flask) -> None:
    result = Thing(
        key="t1",
        path="/q",
        title_html="Q",
        title="Q",
        snippet_html="s",
        kind="question",
        status="solved",
        audience="public",
        meta="",
        answer_html="Do this",
        summary="",
    )
    assert "Show the solution" in call("search", "search_results([row])", row=result)
    assert "Show the solution" in call("similar", "similar_list([row])", row=result)
    assert call("similar", "similar_list([])") == ""
    assert "(new)" in call(
        "notification", "notification_list([row])", row=Thing(icon="bell", html="x", created_at=NOW, is_unread=True)
    )
    assert "data-queue" in call(
        "inbox", "inbox_list([row])", row=Thing(path="/m", title="T", state="held", meta="", is_current=True)
    )


def test_pagination_keeps_the_query_and_gives_page_one_no_number(web: Flask) -> None:
    page: Page[int] = Page((1,), 2, 1, True, 9)
    html = call("pagination", "pagination(page, '/questions?view=solved')", page=page)
    assert 'rel="prev" href="/questions?view=solved"' in html and "view=solved&amp;page=3" in html and "2 of 9" in html
    assert 'href="/p/3"' in call("pagination", "pagination(page, url)", page=page, url=lambda n: f"/p/{n}")
    assert "<nav" not in call("pagination", "pagination(page, '/x')", page=Page((1,), 1, 1, False))


class AskForm(wtforms.Form):
    title = wtforms.StringField("Title", [validators.DataRequired()], description="One sentence")
    body = wtforms.TextAreaField("Details", [validators.DataRequired()])
    tags = wtforms.StringField("Tags")
    place = wtforms.SelectField("Category", choices=[wtforms.SelectChoice("a", "A")])
    mail = wtforms.BooleanField("Mail me")
    kind = wtforms.RadioField("Kind", choices=[wtforms.SelectChoice("q", "Question")])


def test_a_field_joins_label_hint_and_error_for_screen_readers(web: Flask) -> None:
    form = AskForm()
    form.validate()
    html = call("form", "field(form.title, data_similar='/ask/similar?title=')", form=form)
    assert 'aria-describedby="title-hint title-error"' in html and 'aria-invalid="true"' in html and "data-similar=" in html
    assert "optional" not in html and "optional" in call("form", "field(form.tags)", form=form)
    assert 'href="#title"' in call("form", "errors(form)", form=form)


def test_every_kind_of_field_renders_and_keeps_what_was_typed(web: Flask) -> None:
    form = AskForm(data={"body": EVIL, "kind": "q"})
    html = call("form", "editor(form.body, '/preview', draft_key='ask', upload_url='/uploads')", form=form)
    assert 'data-draft-key="ask"' in html and "&lt;script&gt;" in html
    for expression in ("textarea(form.body)", "select(form.place)", "checkbox(form.mail)", "radios(form.kind)"):
        assert "<label" in call("form", expression, form=form)
    assert "btn-primary" in call("form", "submit('Post')") and 'value="token-1"' in call("form", "csrf()")


def test_a_visitors_page_carries_no_token_and_no_member_script(web: Flask) -> None:
    html = render_template("errors/404.html", error_title="Page not found", message="", kept=[], **context())
    assert "csrf" not in html and "member.js" not in html and "site.js" in html and "/login" in html


def test_a_members_page_carries_token_script_and_the_tools_of_the_role(web: Flask) -> None:
    html = render_template("errors/404.html", error_title="Page not found", message="", kept=[], unread_count=7, **context(True))
    for expected in ('name="csrf-token" content="token-1"', "member.js", "/moderation/queue", "/admin", "7<", 'action="/logout"'):
        assert expected in html


def test_the_head_carries_what_crawlers_read(web: Flask) -> None:
    values = context(
        canonical="https://example.com/q",
        robots="noindex,follow",
        jsonld=['{"@type":"QAPage"}'],
        feeds=[("Feed", "/feed.atom")],
        description="D",
        next="https://example.com/q?page=2",
        crumbs=[("Questions", "/questions"), ("Hub offline", "/q")],
    )
    html = render_template("errors/400.html", error_title="T", message="M", kept=[], **values)
    for expected in (
        'rel="canonical" href="https://example.com/q"',
        "noindex,follow",
        'type="application/atom+xml"',
        "opensearch.xml",
        'rel="next"',
        'property="og:url"',
    ):
        assert expected in html
    assert '<nav class="crumbs"' in html and '<a href="/questions">' in html and '<a href="/q">' not in html


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 410, 413, 429, 500])
def test_an_error_page_keeps_what_was_typed(web: Flask, code: int) -> None:
    html = render_template(
        f"errors/{code}.html", error_title="T", message="Why", kept=[("body", "Text", EVIL)], back="", **context()
    )
    assert "Your text" in html and "&lt;script&gt;alert(1)" in html


def test_the_style_page_shows_every_component(web: Flask) -> None:
    html = render_template("pages/style.html", **context(True))
    assert "Solution" in html and "Fast key renewal" in html


def test_a_tool_page_has_its_side_navigation(web: Flask) -> None:
    source = '{% extends "layouts/tool.html" %}{% block side %}SIDE{% endblock %}{% block main %}MAIN{% endblock %}'
    html = render_template_string(source, **context(True))
    assert "SIDE" in html and "MAIN" in html and "frame-tool" in html
