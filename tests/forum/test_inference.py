"""Which words of an asker end a question, and when silence does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.forum.inference import AnswerSeen, AskerSaid, Circumstances, Ground, Rules, find_grounds, is_thankful

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + days * DAY


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!", "Thank you so much, Tom.", "@tom thx", "That did it. Cheers!", "Works now, thank you", "Worked.",
        "Danke!", "Vielen Dank, das hat geklappt.", "Super, hat funktioniert", "Jetzt funktioniert es, danke dir",
        "谢谢！", "多谢，解决了", "搞定", "感谢大佬",
    ],
)  # fmt: skip
def test_thanks_are_heard_in_three_languages(text: str):
    assert is_thankful(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks in advance", "Thanks, but it still hums.", "Thank you, I will try it tonight", "Thanks! Which filter do you mean?",
        "Thanks, that didn't help", "Thanks, that didn’t help", "Thank you. It does not start.", "thanks, no luck", "It worked once, then failed",
        "Thanks, trying now", "Danke im Voraus", "Danke, aber es brummt noch", "Danke, geht leider nicht", "Danke, probiere ich morgen",
        "Danke schon mal", "先谢谢了", "谢谢，但是还是不行", "谢谢，我试试", "谢谢，没有用", "谢谢，请问怎么做？",
        "", "The thankless pump", "Dankert wrote this", "Thanksgiving", "Yes", "Thanks. " + "A long story. " * 40,
    ],
)  # fmt: skip
def test_doubts_questions_plans_and_other_words_are_no_thanks(text: str):
    assert not is_thankful(text)


def seen(number: int = 1, score: int = 0, days: float = 1) -> AnswerSeen:
    return AnswerSeen(number, score, at(days))


def said(text: str = "Thanks!", post_id: int | None = 1, days: float = 2, is_visible: bool = True) -> AskerSaid:
    return AskerSaid(post_id, text, at(days), is_visible)


def ground_of(known: Circumstances, rules: Rules | None = None, days: float = 30) -> int | None:
    """The answer that is believed to have solved the question."""
    grounds = find_grounds(known, rules or Rules(), at(days))
    return grounds[0].post_id if grounds else None


def test_thanks_under_an_answer_are_about_that_answer():
    assert ground_of(Circumstances([seen(1), seen(2)], [said(post_id=2)], last_sign_at=at(2))) == 2


def test_thanks_under_the_question_itself_are_about_no_answer():
    assert ground_of(Circumstances([seen(1)], [said(post_id=99)], last_sign_at=at(2))) is None


def test_thanks_posted_as_an_answer_are_about_the_newest_answer_before():
    answers = [seen(1, days=1), seen(2, days=1.5), seen(3, days=5)]
    assert ground_of(Circumstances(answers, [said(post_id=None)], last_sign_at=at(2))) == 2


def test_the_askers_newest_words_decide():
    later = said("It stopped again.", days=3)
    assert ground_of(Circumstances([seen(1)], [said(), later], last_sign_at=at(3))) is None
    assert ground_of(Circumstances([seen(1)], [later, said(days=4)], last_sign_at=at(4))) == 1


def test_thanks_that_were_taken_back_or_are_older_than_evidence_say_nothing():
    assert ground_of(Circumstances([seen(1)], [said(is_visible=False)], last_sign_at=at(2))) is None
    assert ground_of(Circumstances([seen(1)], [said()], last_sign_at=at(3), last_word_at=at(3))) is None


@pytest.mark.parametrize(
    ("score", "age", "sign", "expected"),
    [
        (1, 14, None, 1), (1, 13.9, None, None), (0, 30, None, None), (-3, 30, None, None),
        (1, 20, at(0.5), 1), (1, 20, at(1), None), (1, 20, at(8), None),
    ],
)  # fmt: skip
def test_silence_counts_after_an_upvoted_answer_that_is_old_enough(
    score: int, age: float, sign: datetime | None, expected: int | None
):
    known = Circumstances([seen(score=score, days=1)], last_sign_at=sign)
    assert ground_of(known, days=1 + age) == expected


def test_of_several_answers_the_one_with_most_votes_comes_first_and_the_reason_says_why():
    known = Circumstances([seen(1, 2), seen(2, 5), seen(3, 5, days=2)])
    grounds = find_grounds(known, Rules(), at(30))
    assert [ground.post_id for ground in grounds] == [2, 3, 1]
    assert grounds[0] == Ground(2, "No word from the asker for 14 days after an answer with 5 votes")
    assert find_grounds(Circumstances([seen(1, 1)]), Rules(after_days=1), at(30))[0].reason == (
        "No word from the asker for 1 day after an answer with 1 vote"
    )


def test_zero_days_switch_silence_off_but_not_thanks():
    rules = Rules(after_days=0)
    assert ground_of(Circumstances([seen(1, 9)]), rules, days=900) is None
    assert ground_of(Circumstances([seen(1, 9)], [said()], last_sign_at=at(2)), rules) == 1


def test_a_site_can_ask_for_more_votes():
    assert ground_of(Circumstances([seen(1, 2)]), Rules(min_score=3)) is None
    assert ground_of(Circumstances([seen(1, 3)]), Rules(min_score=3)) == 1
