"""Who may upload. Seeing an image needs no rule: its address cannot be guessed, and the texts that name it have their rules."""

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.i18n import gettext as _


def can_upload(actor: Actor) -> bool:
    """People who may post may upload."""
    return actor.can_post and actor.is_authenticated


def ensure_can_upload(actor: Actor) -> None:
    """Raise Forbidden unless the actor may upload."""
    if actor.silence:
        raise Forbidden(actor.silence)
    if not can_upload(actor):
        raise Forbidden(_("Please sign in to upload images."))
