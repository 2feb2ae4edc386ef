"""Signed links of mails. Those that unsubscribe never expire: a mail of last year must still be able to stop the next one.

Those that ask how a question ended live for a month, for one person and question, and die with the address they were sent to.
"""

import hashlib
from datetime import timedelta
from functools import lru_cache

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from app.core.errors import Gone, NotFound
from app.core.i18n import gettext as _
from app.notifications.models import NotificationKind

OUTCOME_LIFE = timedelta(days=30)


@lru_cache(maxsize=2)
def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="notifications.unsubscribe", signer_kwargs={"digest_method": hashlib.sha256})


@lru_cache(maxsize=1_024)  # on a busy day the same people get many mails, whose links are the same
def make_unsubscribe_token(secret: str, person_id: int, kind: str) -> str:
    """Return the token that lets its holder switch mails of a kind off for a person, and nothing else."""
    return str(_serializer(secret).dumps([person_id, kind]))


def read_unsubscribe_token(secret: str, token: str) -> tuple[int, str]:
    """Return (person id, kind); raise NotFound for anything we did not sign."""
    try:
        found = _serializer(secret).loads(token)
    except BadData:
        found = None
    if not isinstance(found, list) or len(found) != 2 or found[1] not in list(NotificationKind):
        raise NotFound(_("This link was cut off on its way. You can choose your mails in the settings, too."))
    return int(found[0]), str(found[1])


def _outcome_serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="notifications.outcome", signer_kwargs={"digest_method": hashlib.sha256})


def address_mark(secret: str, email: str | None) -> str:
    """Return a keyed hash of an address: a link is worth nothing once its person has another one."""
    key = hashlib.sha256(secret.encode()).digest()
    return hashlib.blake2b((email or "").encode(errors="replace"), key=key, digest_size=9).hexdigest()


def make_outcome_token(secret: str, thread_id: int, person_id: int, email: str) -> str:
    """Return the token that lets its holder say, for one person, how one question ended, and nothing else."""
    return str(_outcome_serializer(secret).dumps([thread_id, person_id, address_mark(secret, email)]))


def read_outcome_token(secret: str, token: str) -> tuple[int, int, str]:
    """Return (thread id, person id, mark of the address); raise Gone for anything too old or not signed by us."""
    try:
        found = _outcome_serializer(secret).loads(token, max_age=int(OUTCOME_LIFE.total_seconds()))
    except BadData:
        found = None
    if not isinstance(found, list) or len(found) != 3:
        raise Gone(_("This link is too old, or was cut off on its way."))
    return int(found[0]), int(found[1]), str(found[2])


def question_of(secret: str, token: str) -> int | None:
    """Return the question that an outcome link of any age is about, if we signed it: where its holder may go on."""
    try:
        found = _outcome_serializer(secret).loads(token)
    except BadData:
        return None
    return int(found[0]) if isinstance(found, list) and len(found) == 3 else None
