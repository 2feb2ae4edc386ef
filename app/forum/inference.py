"""When a question is probably solved although nobody said so: pure rules over what its asker wrote. No database, no clock.

The words are few and the doubts many on purpose: a missed thank-you costs nothing, a wrong inference is a false figure. What
these rules find is kept apart from what people said (see outcomes), and any word of the asker or staff overrides it.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.records import Struct

# Grounds are stored in these words; `grounds_in_words` says them in other languages.
_THANKED = "The asker thanked for this answer"
_SILENT = re.compile(r"No word from the asker for (\d{1,9}) days? after an answer with (\d{1,9}) votes?")
# Longer texts tell a story; whether it ends well is not for us to guess.
THANKS_MAX = 400

_THANKS = re.compile(
    r"\b(?:thanks|thank\s+you|thank\s+u|thx|tysm|cheers|works\s+now|worked|that\s+did\s+it|did\s+the\s+trick|fixed\s+it|solved\s+it"
    r"|danke|dankeschön|vielen\s+dank|besten\s+dank|funktioniert\s+jetzt|jetzt\s+funktioniert|hat\s+geklappt|hat\s+geholfen"
    r"|hat\s+funktioniert)\b"
    r"|谢谢|感谢|多谢|谢啦|谢了|解决了|搞定|可以用了",
    re.IGNORECASE,
)
_ADVANCE = re.compile(
    r"\b(?:in\s+advance|im\s+voraus|schon\s+mal|schonmal|schon\s+einmal)\b|先谢|先感谢|提前谢|提前感谢|预先感谢", re.IGNORECASE
)
_DOUBT = re.compile(
    r"\b(?:but|however|although|though|still|yet|unfortunately|sadly|no|not|never|nothing|none|cannot|without|nor|except"
    r"|\w+n['’]?t|fails?|failed|errors?|problem\s+is|again|try|trying|will|i['’]ll|going\s+to|tomorrow|later|wish|hope"
    r"|aber|jedoch|allerdings|leider|trotzdem|dennoch|immer\s+noch|noch|nicht|nichts|kein\w*|nie|ohne|fehler|wieder|versuch\w*"
    r"|probier\w*|teste|werde|morgen|später|hoff\w*)\b"
    r"|[?？]|但|可是|不过|然而|还是|仍|依然|不行|没有|没用|没能|不能|无法|不了|失败|报错|试试|试一下|回头|明天",
    re.IGNORECASE,
)


class Rules(Struct, frozen=True):
    """From when silence counts: `after_days` without a word (0: never) after an answer with at least `min_score` votes."""

    after_days: int = 14
    min_score: int = 1


class AnswerSeen(Struct, frozen=True):
    """A listed answer by somebody other than the asker."""

    id: int
    score: int
    created_at: datetime


class AskerSaid(Struct, frozen=True):
    """What the asker wrote under a question: a comment (under the post `post_id`), or an answer of their own (None)."""

    post_id: int | None
    text: str
    at: datetime
    is_visible: bool = True


class Circumstances(Struct, frozen=True):
    """What is known about an open question. `last_sign_at` is the asker's newest word, edit or outcome of any kind.

    `last_word_at` is their newest event of evidence, also one they took back: thanks before it say nothing any more.
    """

    answers: Sequence[AnswerSeen] = ()
    said: Sequence[AskerSaid] = ()
    last_sign_at: datetime | None = None
    last_word_at: datetime | None = None


class Ground(Struct, frozen=True):
    """Why a question is probably solved: by which answer, and the reason in words."""

    post_id: int
    reason: str


def is_thankful(text: str) -> bool:
    """Return whether a short text thanks or says that it works, without a doubt, a question or a plan beside it."""
    if len(text) > THANKS_MAX:
        return False
    return bool(_THANKS.search(text)) and not _ADVANCE.search(text) and not _DOUBT.search(text)


def find_grounds(known: Circumstances, rules: Rules, moment: datetime) -> tuple[Ground, ...]:
    """Return the reasons to believe that a question is solved, the best first; none when there is not any."""
    thanked, silent = _thanks(known), _silence(known, rules, moment)
    return tuple(ground for ground in (thanked, *silent) if ground is not None)


def _thanks(known: Circumstances) -> Ground | None:
    """The asker's newest words are thanks, under an answer or after one."""
    if not known.said:
        return None
    newest = max(known.said, key=lambda words: words.at)
    is_old = known.last_word_at is not None and newest.at <= known.last_word_at
    if is_old or not newest.is_visible or not is_thankful(newest.text):
        return None
    before = [answer for answer in known.answers if answer.created_at <= newest.at]
    if newest.post_id is not None:
        before = [answer for answer in before if answer.id == newest.post_id]
    if not before:
        return None
    return Ground(max(before, key=lambda answer: (answer.created_at, answer.id)).id, _THANKED)


def _silence(known: Circumstances, rules: Rules, moment: datetime) -> list[Ground]:
    """The asker gave no sign since an upvoted answer that is old enough; the answer with most votes comes first."""
    if not rules.after_days:
        return []
    limit = moment - timedelta(days=rules.after_days)
    quiet = [
        answer for answer in known.answers
        if answer.score >= rules.min_score and answer.created_at <= limit
        and (known.last_sign_at is None or known.last_sign_at < answer.created_at)
    ]  # fmt: skip
    return [
        Ground(answer.id, f"No word from the asker for {_many(rules.after_days, 'day')} after an answer with {_votes(answer)}")
        for answer in sorted(quiet, key=lambda answer: (-answer.score, answer.created_at, answer.id))
    ]


def _votes(answer: AnswerSeen) -> str:
    return _many(answer.score, "vote")


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def grounds_in_words(reason: str) -> str:
    """Return a ground as it is stored in the language that is spoken; one that is not known stays as it is."""
    if reason == _THANKED:
        return _("The asker thanked for this answer")
    if not (found := _SILENT.fullmatch(reason)):
        return reason
    days = ngettext("%(num)s day", "%(num)s days", int(found[1]))
    votes = ngettext("%(num)s vote", "%(num)s votes", int(found[2]))
    return _("No word from the asker for %(days)s after an answer with %(votes)s", days=days, votes=votes)
