"""Signed unsubscribe links. They never expire: a mail of last year must still be able to stop the next one."""

import hashlib

from itsdangerous import BadData, URLSafeSerializer

from app.core.errors import NotFound
from app.notifications.models import NotificationKind


def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="notifications.unsubscribe", signer_kwargs={"digest_method": hashlib.sha256})


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
        raise NotFound("This link was cut off on its way. You can choose your mails in the settings, too.")
    return int(found[0]), str(found[1])
