"""What keeps robots from signing up without asking a third party: a field only they see, time, and a question of the site's own.

Pure: knows no request and no database. People who are refused by mistake are asked again, and nothing they typed is lost.
"""

import hashlib
import unicodedata
from collections.abc import Collection
from enum import StrEnum

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from app.core.clock import now
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext

# A form that was open for longer is asked for again with a fresh stamp: stamps must not be worth collecting.
STAMP_HOURS = 12


class Pace(StrEnum):
    """What the stamp of a form says about how it was filled in."""

    HUMAN = "human"
    FAST = "fast"
    OLD = "old"


_ASK_AGAIN = {
    Pace.FAST: lazy_gettext("That was very quick. Please type your password once more and send the form again."),
    Pace.OLD: lazy_gettext("This page was open for a long time. Please type your password once more and send the form again."),
}


def _signer(secret: str) -> TimestampSigner:
    return TimestampSigner(secret, salt="accounts.sign-up", digest_method=hashlib.sha256)


def make_stamp(secret: str) -> str:
    """Return a signed stamp that says when a form was shown."""
    return _signer(secret).sign("form").decode()


def read_pace(secret: str, stamp: str, least_seconds: int) -> Pace:
    """Return how a form was filled in. A stamp that is missing or forged counts as old; `least_seconds` 0 switches all of it off."""
    if least_seconds == 0:
        return Pace.HUMAN
    if not stamp.isascii():
        return Pace.OLD
    try:
        _value, shown_at = _signer(secret).unsign(stamp, max_age=STAMP_HOURS * 3600, return_timestamp=True)
    except (BadSignature, SignatureExpired):
        return Pace.OLD
    return Pace.FAST if (now() - shown_at).total_seconds() < least_seconds else Pace.HUMAN


def ensure_human_pace(pace: Pace) -> None:
    """Raise Invalid, which names no field, unless somebody took the time that a person takes."""
    if pace in _ASK_AGAIN:
        raise Invalid(_ASK_AGAIN[pace], "")


def ensure_answer(given: str, accepted: Collection[str]) -> None:
    """Raise Invalid("answer") unless `given` is one of the accepted answers; capitals and punctuation do not matter."""
    if _plain(given) not in {_plain(answer) for answer in accepted}:
        raise Invalid(_("This is not the answer we are looking for. Please try once more."), "answer")


def _plain(answer: str) -> str:
    folded = unicodedata.normalize("NFKC", answer).casefold()
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return " ".join(kept.split()) or folded.strip()
