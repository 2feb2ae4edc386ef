"""Who may do what: one table of abilities, states, roles and levels of trust, held against every combination of them.

TABLE is the rule in the house's own words; nothing in it is computed from the policies. To add an ability, add its line to RULES
(how to ask the policy, and what silences somebody) and its rows to TABLE. Every state that a row does not name is refused to all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from app.accounts import policies as accounts
from app.accounts.models import Person
from app.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from app.core.clock import now
from app.core.trust import Level
from app.desk import policies as desk
from app.forum import policies as forum
from app.forum.models import Category, Comment, Post, Thread
from app.insights import policies as insights
from app.kb import policies as kb
from app.moderation import policies as moderation
from app.moderation.people import policies as people
from app.moderation.trust import policies as trust
from app.uploads import policies as uploads

NOW = now()
# The columns: people who have nothing to do with the thread, and what having asked (ask) or written (aut) changes:
# x gives, - takes, s gives to staff, who edit whatever they see.
COLUMNS = ["vis", "new", "mem", "reg", "tru", "sta", "mod", "adm", "ask", "aut"]
TABLE = """
ability            states                                      vis new mem reg tru sta mod adm | ask aut
see_thread         open locked closed archived post_held post_hidden  x x x x x x x x | . .
see_thread         held                                          . . . . . . x x | x .
see_thread         hidden                                        . . . . . . x x | . .
see_post           open locked closed archived                   x x x x x x x x | . .
see_post           held                                          . . . . . . x x | x .
see_post           hidden post_hidden                            . . . . . . x x | . .
see_post           post_held                                     . . . . . . x x | . x
see_history        open locked closed archived                   x x x x x x x x | . .
see_history        held                                          . . . . . . x x | x .
see_history        hidden post_hidden                            . . . . . . x x | . .
see_history        post_held                                     . . . . . . x x | . x
start_thread       any                                           . x x x x x x x | . .
add_post           open post_held post_hidden                    . x x x x x x x | . .
add_post           locked closed archived                        . . . . . . x x | . .
comment            open                                          . x x x x x x x | . .
comment            locked closed archived                        . . . . . . x x | . .
vote               open locked closed                            . x x x x x x x | . -
vote               held                                          . . . . . . x x | x -
vote               hidden                                        . . . . . . x x | . -
me_too             open locked closed archived post_held post_hidden  . x x x x x x x | - .
follow             open locked closed archived post_held post_hidden  . x x x x x x x | . .
follow             held                                          . . . . . . x x | x .
follow             hidden                                        . . . . . . x x | . .
edit_post          open closed                                   . . . . . x x x | . x
edit_post          locked archived                               . . . . . x x x | . .
edit_post          held                                          . . . . . . x x | s .
edit_post          hidden post_hidden                            . . . . . . x x | . .
edit_post          post_held                                     . . . . . . x x | . x
improve_title      open closed post_held post_hidden             . . . x x x x x | . .
edit_comment       open locked closed archived post_held post_hidden  . . . . . . x x | . x
edit_comment       held hidden                                   . . . . . . x x | . .
edit_old_comment   any                                           . . . . . . x x | . .
accept             open locked closed archived post_held post_hidden  . . . . . x x x | x .
say_worked         open locked closed archived                   x x x x x x x x | - -
ask_for_details    open post_held post_hidden                    . . . . . x x x | - .
ask_for_details    locked closed archived                        . . . . . . x x | - .
set_versions       open closed archived post_held post_hidden    . . . . . x x x | x .
set_versions       locked                                        . . . . . x x x | . .
set_versions       held                                          . . . . . . x x | x .
set_versions       hidden                                        . . . . . . x x | . .
check_version      open locked closed archived post_held post_hidden  . . . . . x x x | . .
pin_card           open locked closed archived post_held post_hidden  . . . . . x x x | . .
report             open locked closed archived post_held post_hidden  . x x x x x x x | . .
report             held                                          . . . . . . x x | x .
report             hidden                                        . . . . . . x x | . .
moderate           any                                           . . . . . . x x | . .
read_article       any                                           x x x x x x x x | . .
propose_articles   any                                           . . . . x x x x | . .
look_after_kb      any                                           . . . . . x x x | . .
report_people      any                                           . x x x x x x x | . .
upload             any                                           . x x x x x x x | . .
queue_and_log      any                                           . . . . . . x x | . .
decide_on_site     any                                           . . . . . . x x | . .
restrict_member    any                                           . . . . . . x x | . .
restrict_staff     any                                           . . . . . . . x | . .
set_level          any                                           . . . . . x x x | . .
manage_accounts    any                                           . . . . . . . x | . .
work_at_desk       any                                           . . . . . x . x | . .
see_figures        any                                           . . . . . x x x | . .
"""
STATES = ("open", "locked", "closed", "archived", "held", "hidden", "post_held", "post_hidden")
CONDITIONS = ("fine", "muted", "warned", "unconfirmed", "suspended")
# What each condition takes away: nothing, only what is written (texts), or taking part at all.
WRITING, PARTS, NOTHING, SPEAKING = (
    frozenset({"muted", "warned", "unconfirmed", "suspended"}), frozenset({"unconfirmed", "suspended"}), frozenset(), frozenset({"suspended"}),
)  # fmt: skip
AUDIENCES = {"public": COLUMNS[:8], "members": COLUMNS[1:8], "staff": ["sta", "adm"]}
Case = dict[str, Any]
Rule = tuple[Callable[[Actor, Case], bool], frozenset[str], bool]


def _post(rule: Callable[..., bool]) -> Callable[[Actor, Case], bool]:
    return lambda actor, case: rule(actor, case["post"], case["thread"])


def _thread(rule: Callable[..., bool]) -> Callable[[Actor, Case], bool]:
    return lambda actor, case: rule(actor, case["thread"])


def _site(rule: Callable[..., bool]) -> Callable[[Actor, Case], bool]:
    return lambda actor, case: rule(actor)


def _person(rule: Callable[..., bool], role: str = "member") -> Callable[[Actor, Case], bool]:
    return lambda actor, case: rule(actor, Person(id=900, role=role))


# How each ability is asked, what silences it, and whether it needs the audience of the thread.
RULES: dict[str, Rule] = {
    "see_thread": (_thread(forum.can_see_thread), NOTHING, True),
    "see_post": (_post(forum.can_see_post), NOTHING, True),
    "see_history": (_post(forum.can_see_history), NOTHING, True),
    "start_thread": (lambda actor, case: forum.can_start_thread(actor, case["thread"].category), WRITING, True),
    "add_post": (_thread(forum.can_add_post), WRITING, True),
    "comment": (_post(forum.can_comment), WRITING, True),
    "vote": (_post(forum.can_vote), PARTS, True),
    "me_too": (_thread(forum.can_say_me_too), PARTS, True),
    "follow": (_thread(forum.can_follow), NOTHING, True),
    "edit_post": (_post(forum.can_edit_post), WRITING, True),
    "improve_title": (_thread(forum.can_improve_title), WRITING, True),
    "edit_comment": (lambda actor, case: forum.can_edit_comment(actor, case["comment"], case["thread"], NOW), WRITING, True),
    "edit_old_comment": (
        lambda actor, case: forum.can_edit_comment(actor, case["comment"], case["thread"], NOW + timedelta(hours=1)), WRITING, True,
    ),
    "accept": (_thread(forum.can_accept), PARTS, True),
    "say_worked": (_post(forum.can_say_worked), SPEAKING, True),
    "ask_for_details": (_thread(forum.can_ask_for_information), WRITING, True),
    "set_versions": (_thread(forum.can_set_versions), PARTS, True),
    "check_version": (_thread(forum.can_check_version), PARTS, True),
    "pin_card": (_thread(forum.can_pin_card), PARTS, True),
    "report": (_thread(forum.can_flag), PARTS, True),
    "moderate": (_thread(forum.can_moderate), PARTS, True),
    "read_article": (lambda actor, case: actor.can_read(case["thread"].category.audience), NOTHING, True),
    "propose_articles": (_site(kb.can_propose_articles), WRITING, False),
    "look_after_kb": (_site(kb.can_write_articles), WRITING, False),
    "report_people": (_site(moderation.can_flag_people), PARTS, False),
    "upload": (_site(uploads.can_upload), WRITING, False),
    "queue_and_log": (_site(moderation.can_moderate_site), NOTHING, False),
    "decide_on_site": (_site(moderation.can_decide), PARTS, False),
    "restrict_member": (_person(people.can_sanction), PARTS, False),
    "restrict_staff": (_person(people.can_sanction, "staff"), PARTS, False),
    "set_level": (_person(trust.can_set_level), PARTS, False),
    "manage_accounts": (_site(accounts.can_manage_people), SPEAKING, False),
    "work_at_desk": (_site(desk.can_use_desk), PARTS, False),
    "see_figures": (_site(insights.can_see_insights), NOTHING, False),
}  # fmt: skip
ROLES: dict[str, tuple[Role | None, Level]] = {
    "vis": (None, Level.NEW), "new": (Role.MEMBER, Level.NEW), "mem": (Role.MEMBER, Level.MEMBER),
    "reg": (Role.MEMBER, Level.REGULAR), "tru": (Role.MEMBER, Level.TRUSTED), "sta": (Role.STAFF, Level.NEW),
    "mod": (Role.MODERATOR, Level.NEW), "adm": (Role.ADMIN, Level.NEW),
}  # fmt: skip
ASKER, AUTHOR, OTHER = 1, 2, 3


def read_table() -> dict[tuple[str, str], dict[str, str]]:
    """Return what the table says of each ability in each state: column -> x, - or a point."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in TABLE.strip().splitlines()[1:]:
        words = row.replace("|", " ").split()
        cells = words[-len(COLUMNS) :]
        states = words[1 : -len(COLUMNS)]
        for state in STATES if states == ["any"] else states:
            assert (words[0], state) not in found, f"{words[0]} in {state} stands there twice"
            found[words[0], state] = dict(zip(COLUMNS, cells, strict=True))
    return found


SAYS = read_table()
NOBODY = dict.fromkeys(COLUMNS, ".")


def make_actor(column: str, condition: str, own: str) -> Actor:
    role, level = ROLES[column]
    if role is None:
        return ANONYMOUS
    return Actor(
        id={"ask": ASKER, "aut": AUTHOR}.get(own, OTHER), name="somebody", role=role, level=level, is_muted=condition == "muted",
        is_warned=condition == "warned", is_unconfirmed=condition == "unconfirmed", is_suspended=condition == "suspended",
    )  # fmt: skip


def make_case(state: str, audience: str) -> Case:
    """A question of ASKER with an answer of AUTHOR, and a comment of AUTHOR, in that state; nothing of it is stored."""
    thread = Thread(
        id=1, kind="question", author_id=ASKER, slow_minutes=0, category=Category(id=1, audience=audience),
        **{f"{one}_at": NOW if state == one else None for one in ("locked", "closed", "archived", "held", "hidden")},
    )  # fmt: skip
    post = Post(
        id=1, kind="answer", author_id=AUTHOR, score=0,
        held_at=NOW if state == "post_held" else None, hidden_at=NOW if state == "post_hidden" else None,
    )  # fmt: skip
    return {"thread": thread, "post": post, "comment": Comment(id=1, author_id=AUTHOR, created_at=NOW, hidden_at=None)}


def expected(ability: str, state: str, column: str, own: str, condition: str, audience: str) -> bool:
    """What the tables above say."""
    _ask, silencing, needs_audience = RULES[ability]
    if condition in silencing or (needs_audience and column not in AUDIENCES[audience]):
        return False
    cells = SAYS.get((ability, state), NOBODY)
    if own and cells[own] == "-":
        return False
    given = "xs" if column == "sta" else "x"
    return cells[column] == "x" or bool(own and cells[own] in given)


CASES = {(state, audience): make_case(state, audience) for state, audience in product(STATES, AUDIENCES)}
PEOPLE = [
    (column, own, condition, make_actor(column, condition, own))
    for column, own, condition in product(ROLES, ("", "ask", "aut"), CONDITIONS)
    if column != "vis" or (own, condition) == ("", "fine")
]


@pytest.mark.parametrize("ability", RULES)
def test_the_policies_allow_what_the_table_says_and_nothing_else(ability: str):
    ask = RULES[ability][0]
    wrong = [
        f"{ability} in {state}, {audience}: {column} {own} {condition} is {'allowed' if not should else 'refused'}"
        for (state, audience), case in CASES.items()
        for column, own, condition, actor in PEOPLE
        if bool(ask(actor, case)) is not (should := expected(ability, state, column, own, condition, audience))
    ]
    assert not wrong, f"{len(wrong)} differ, such as:\n" + "\n".join(wrong[:12])


@pytest.mark.parametrize("ability", RULES)
def test_the_program_itself_may_do_what_an_admin_may(ability: str):
    """Except for what needs a name: following, reporting and uploading are for people."""
    ask = RULES[ability][0]
    admin = make_actor("adm", "fine", "")
    for_people = {"follow", "upload"}
    for case in CASES.values():
        assert ability in for_people or bool(ask(SYSTEM, case)) is bool(ask(admin, case))


def test_the_table_and_the_rules_name_the_same_abilities_and_states():
    assert {ability for ability, _state in SAYS} == set(RULES)
    assert {state for _ability, state in SAYS} == set(STATES)


def test_whoever_is_silenced_is_told_why():
    for condition in CONDITIONS[1:]:
        actor = make_actor("mem", condition, "")
        assert not actor.can_post and actor.silence
    assert make_actor("mem", "fine", "").silence == "" == ANONYMOUS.silence
