"""Reports of several people take a text out of sight until a moderator has looked; what they decide ends it; undoing brings it back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from app.core.uow import unit_of_work
from app.forum.models import Comment, DuplicateProposal, Post, Thread
from app.forum.policies import can_see_post
from app.forum.queries.threads import get_post
from app.forum.services import curating
from app.forum.services.commenting import add_comment
from app.forum.services.duplicates import close_as_duplicate, undo_duplicate
from app.forum.services.editing import edit_post
from app.forum.services.proposing import dismiss_proposal, reopen_proposal
from app.forum.services.recounting import recount_all
from app.moderation.flags.flagging import flag_comment, flag_person, flag_post
from app.moderation.flags.resolving import resolve_comment_flags, resolve_person_flags, resolve_post_flags
from app.moderation.models import Flag, LogEntry
from app.moderation.queries import count_queue, list_queue
from app.moderation.undoing import undo_decision
from app.notifications.models import Notification
from tests.client import Browser
from tests.factories import accept, actor_of, body, make_answer, make_person, make_question, opening_of


@pytest.fixture
def moderator(app: Flask):
    return actor_of(make_person("mo", role="moderator"))


def done(service, *args, **values):
    with unit_of_work():
        found = service(*args, **values)
    db.session.expire_all()
    return found


def report(post: Post, people: int = 3, reason: str = "spam") -> None:
    for _ in range(people):
        done(flag_post, actor_of(make_person()), post_id=post.id, reason=reason)


def undo(moderator, action: str) -> None:
    entry = db.session.scalars(sa.select(LogEntry.id).where(LogEntry.action == action).order_by(LogEntry.id.desc())).first()
    done(undo_decision, moderator, entry_id=entry, reason="Not so")


def states() -> list[str]:
    return sorted(db.session.scalars(sa.select(Flag.state)))


def lines_of(person_id: int) -> list[str]:
    return list(
        db.session.scalars(sa.select(Notification.text).where(Notification.person_id == person_id).order_by(Notification.id))
    )


def test_the_third_ordinary_report_sets_an_answer_aside_and_its_author_is_told_without_names(app: Flask, moderator):
    author = make_person("Arno")
    answer = make_answer(make_question(), author)
    report(answer, 2)
    assert db.session.get_one(Post, answer.id).held_at is None
    report(answer, 1, "rude")
    post = get_post(moderator, answer.id)
    assert post.held_at is not None and post.thread.answer_count == 0
    assert can_see_post(actor_of(author), post, post.thread) and not can_see_post(ANONYMOUS, post, post.thread)
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.action, entry.actor_id, entry.post_id) == ("set_aside", None, answer.id)
    assert entry.reason == "Reported as: rude or hurtful, spam or advertising"
    (line,) = lines_of(author.id)
    assert "out of sight until a moderator has looked" in line and "Reported as" in line
    (item,) = list_queue(moderator)
    assert item.kind == "post" and item.is_hidden and len(item.flags) == 3 and count_queue(moderator) == 1
    assert not recount_all().wrong


def test_declining_shows_it_again_and_undoing_that_sets_it_aside_again(app: Flask, moderator):
    answer = make_answer(make_question())
    report(answer)
    done(resolve_post_flags, moderator, post_id=answer.id, is_upheld=False, note="It is a real answer")
    assert db.session.get_one(Post, answer.id).is_listed and states() == ["declined"] * 3
    report(answer)
    assert db.session.get_one(Post, answer.id).is_listed, "a moderator found it fine, and it has not changed"
    done(resolve_post_flags, moderator, post_id=answer.id, is_upheld=False)
    undo(moderator, "decline")
    assert db.session.get_one(Post, answer.id).is_listed, "that decision had not shown it"
    assert states() == ["declined"] * 3 + ["open"] * 3


def test_undoing_the_decision_that_showed_it_sets_it_aside_again(app: Flask, moderator):
    answer = make_answer(make_question())
    report(answer)
    done(resolve_post_flags, moderator, post_id=answer.id, is_upheld=False)
    undo(moderator, "decline")
    assert db.session.get_one(Post, answer.id).held_at is not None and states() == ["open"] * 3
    done(resolve_post_flags, moderator, post_id=answer.id, is_upheld=True, note="Advertising")
    assert db.session.get_one(Post, answer.id).hidden_reason == "Advertising"
    undo(moderator, "uphold")
    post = db.session.get_one(Post, answer.id)
    assert post.hidden_at is None and post.held_at is not None and states() == ["open"] * 3


def test_undoing_the_setting_aside_leaves_the_reports_to_moderators(app: Flask, moderator):
    answer = make_answer(make_question())
    report(answer)
    undo(moderator, "set_aside")
    assert db.session.get_one(Post, answer.id).is_listed and states() == ["open"] * 3
    report(answer)
    assert db.session.get_one(Post, answer.id).is_listed


def test_a_question_goes_with_its_thread_unless_it_is_solved(app: Flask, moderator):
    thread, solved = make_question(), make_question()
    accept(make_answer(solved))
    report(opening_of(thread))
    report(opening_of(solved))
    assert db.session.get_one(Thread, thread.id).held_at is not None and db.session.get_one(Thread, solved.id).is_listed
    assert {item.kind for item in list_queue(moderator)} == {"post"}
    done(resolve_post_flags, moderator, post_id=opening_of(thread).id, is_upheld=False)
    assert db.session.get_one(Thread, thread.id).is_listed


def test_what_staff_write_stays(app: Flask):
    answer = make_answer(make_question(), make_person(role="staff"))
    report(answer, 4)
    assert db.session.get_one(Post, answer.id).is_listed


def test_whose_report_takes_a_text_out_of_sight_is_led_to_a_page_they_can_read(app: Flask, browser: Browser):
    thread = make_question()
    answer, other = make_answer(thread), make_answer(thread)
    report(answer, 2)
    browser.sign_in(make_person("rita"))
    for post, path in (
        (other, f"/posts/{other.id}"),
        (answer, "/settings/reports"),
        (opening_of(thread), f"/posts/{opening_of(thread).id}"),
    ):
        sent = browser.post(f"/posts/{post.id}/flag", {"reason": "spam"})
        assert sent.location == path
    assert "Thank you." in browser.get("/settings/reports").text


def test_a_changed_text_can_be_reported_and_set_aside_anew(app: Flask, moderator):
    author, first = make_person(), actor_of(make_person())
    answer = make_answer(make_question(), author)
    done(flag_post, first, post_id=answer.id, reason="spam")
    done(resolve_post_flags, moderator, post_id=answer.id, is_upheld=False)
    with pytest.raises(Conflict):
        done(flag_post, first, post_id=answer.id, reason="spam")
    done(edit_post, actor_of(author), post_id=answer.id, body=body("Buy my pumps instead, they are cheap."))
    assert done(flag_post, first, post_id=answer.id, reason="spam").weight == 80
    report(answer, 3)
    assert db.session.get_one(Post, answer.id).held_at is not None


def test_comments_are_set_aside_shown_and_turned_down_alike(app: Flask, moderator):
    comment = done(add_comment, actor_of(make_person()), post_id=make_answer(make_question()).id, body=body("You fool"))
    for _ in range(3):
        done(flag_comment, actor_of(make_person()), comment_id=comment.id, reason="rude")
    assert db.session.get_one(Comment, comment.id).held_at is not None
    assert [item.kind for item in list_queue(moderator)] == ["comment"] and count_queue(moderator) == 1
    done(resolve_comment_flags, moderator, comment_id=comment.id, is_upheld=False)
    assert db.session.get_one(Comment, comment.id).hidden_at is None
    undo(moderator, "decline")
    done(resolve_comment_flags, moderator, comment_id=comment.id, is_upheld=True, note="Be kind")
    assert db.session.get_one(Comment, comment.id).hidden_reason == "Be kind"
    undo(moderator, "uphold")
    shown = db.session.get_one(Comment, comment.id)
    assert shown.held_at is not None and shown.hidden_reason != "Be kind" and states() == ["open"] * 3


@pytest.mark.parametrize(("verb", "state"), [("hide", "upheld"), ("reject", "upheld"), ("approve", "declined")])
def test_what_moderators_do_to_a_text_decides_its_reports_until_it_is_undone(app: Flask, moderator, verb: str, state: str):
    answer = make_answer(make_question())
    report(answer)
    reason = {} if verb == "approve" else {"reason": "Not for us"}
    done(getattr(curating, f"{verb}_post"), moderator, post_id=answer.id, **reason)
    assert states() == [state] * 3 and count_queue(moderator) == 0
    done(curating.hold_post if verb == "approve" else curating.restore_post, moderator, post_id=answer.id)
    assert states() == ["open"] * 3


def wrong_reporter() -> object:
    """Somebody whose five reports were all declined."""
    person, posts = make_person(), [make_answer(make_question()) for _ in range(5)]
    with unit_of_work():
        for post in posts:
            values = {"state": "declined", "resolved_at": now(), "created_at": now().replace(year=2020)}
            db.session.add(Flag(thread_id=post.thread_id, post_id=post.id, reporter_id=person.id, reason="spam", **values))
    return actor_of(person)


def test_reports_of_people_who_are_mostly_wrong_count_nothing_and_are_few_a_day(app: Flask):
    reporter, answer = wrong_reporter(), make_answer(make_question())
    assert done(flag_post, reporter, post_id=answer.id, reason="spam").weight == 0
    report(answer, 2)
    assert db.session.get_one(Post, answer.id).is_listed
    done(flag_post, reporter, post_id=make_answer(make_question()).id, reason="spam")
    with pytest.raises(TooMany, match="come back tomorrow"):
        done(flag_post, reporter, post_id=make_answer(make_question()).id, reason="spam")


def test_asked_before_becomes_a_proposal_that_decides_the_report(app: Flask, moderator):
    older, newer, reporter = make_question(), make_question(), make_person()
    post_id = opening_of(newer).id
    with pytest.raises(Invalid) as caught:
        done(flag_post, actor_of(reporter), post_id=post_id, reason="duplicate")
    assert "original" in caught.value.errors
    done(flag_post, actor_of(reporter), post_id=post_id, reason="duplicate", original_id=older.id)
    proposal = db.session.scalars(sa.select(DuplicateProposal)).one()
    assert (proposal.thread_id, proposal.original_id, proposal.proposed_by_id) == (newer.id, older.id, reporter.id)
    assert not list_queue(moderator) and count_queue(moderator) == 0
    done(dismiss_proposal, moderator, proposal_id=proposal.id, reason="Other pump")
    assert states() == ["declined"] and "found that they differ" in lines_of(reporter.id)[0]
    done(reopen_proposal, moderator, proposal_id=proposal.id)
    assert states() == ["open"]
    done(close_as_duplicate, moderator, thread_id=newer.id, original_id=older.id)
    assert states() == ["upheld"]
    done(undo_duplicate, moderator, thread_id=newer.id)
    assert states() == ["open"]


@pytest.mark.parametrize("case", ["itself", "unknown", "hidden", "answer", "dismissed"])
def test_only_another_visible_question_was_asked_before(app: Flask, moderator, case: str):
    thread, other = make_question(), make_question()
    if case == "hidden":
        done(curating.hide_thread, moderator, thread_id=other.id, reason="Spam")
    post = make_answer(thread) if case == "answer" else opening_of(thread)
    original = {"itself": thread.id, "unknown": 999_999}.get(case, other.id)
    if case == "dismissed":
        done(flag_post, actor_of(make_person()), post_id=post.id, reason="duplicate", original_id=original)
        done(dismiss_proposal, moderator, proposal_id=db.session.scalars(sa.select(DuplicateProposal.id)).one(), reason="No")
    with pytest.raises(Conflict if case == "dismissed" else Invalid):
        done(flag_post, actor_of(make_person()), post_id=post.id, reason="duplicate", original_id=original)


def test_people_are_reported_and_the_reports_decided_without_anything_happening_to_them(app: Flask, moderator):
    person, reporter = make_person("Spammer"), make_person()
    flag = done(flag_person, actor_of(reporter), person_id=person.id, reason="spam")
    assert (flag.person_id, flag.thread_id) == (person.id, None)
    assert done(flag_person, actor_of(reporter), person_id=person.id, reason="rude").id == flag.id
    assert done(resolve_person_flags, moderator, person_id=person.id, is_upheld=True, note="Thank you") == 1
    assert lines_of(reporter.id) == ["Your report about Spammer: You were right. They say: Thank you"] and not lines_of(person.id)
    undo(moderator, "uphold")
    assert states() == ["open"]
    done(resolve_person_flags, moderator, person_id=person.id, is_upheld=False)
    with pytest.raises(Conflict):
        done(resolve_person_flags, moderator, person_id=person.id, is_upheld=True)


def test_nobody_reports_themselves_nobody_unknown_and_visitors_nobody(app: Flask):
    person = make_person()
    for actor, target, error in (
        (actor_of(person), person.id, Conflict), (actor_of(person), 999_999, NotFound), (ANONYMOUS, person.id, Forbidden),
        (actor_of(make_person(suspended_until=now().replace(year=2999))), person.id, Forbidden),
    ):  # fmt: skip
        with pytest.raises(error):
            done(flag_person, actor, person_id=target, reason="spam")
