"""The mail about a decision of the moderators about its reader. Read again when it is sent: what was taken back is not told any more."""

from typing import Any

from app.accounts.models import Person
from app.accounts.services.tokens import make_standing_token
from app.accounts.urls import standing_path
from app.core.clock import now
from app.core.i18n import gettext as _
from app.moderation.models import Sanction
from app.moderation.queries.standing import find_sanction, taken_back, told
from app.notifications.letters import absolute, secret, write_letter
from app.notifications.mailer import Mail
from app.web.context import site_settings

STANDING_MAIL = "standing"
# What a sentence ends with.
_STOPS = (".", "。")


def standing_mail(person: Person, payload: dict[str, Any]) -> Mail | None:
    """Return the mail, or None when there is no address, or nothing to tell any more."""
    sanction = find_sanction(payload["sanction_id"])
    if not person.email or sanction is None or sanction.person_id != person.id:
        return None
    found = _words(sanction, payload["about"])
    if found is None:
        return None
    title, reason, consequence = found
    bare = title.rstrip("".join(_STOPS))
    token = make_standing_token(secret(), person) if person.is_banned else ""
    return write_letter(
        person.email, _("%(decision)s (%(site_name)s)", decision=bare, site_name=site_settings().site_name), "standing",
        {"message_id": f"standing.{sanction.id}.{payload['about']}.{payload.get('line_id', 0)}", "references": (f"sanction.{sanction.id}",)},
        name=person.display_name, sentence=_("%(decision)s.", decision=bare), reason=reason, consequence=consequence,
        is_new=payload["about"] == "imposed",
        url=absolute(standing_path(token)),
    )  # fmt: skip


def _words(sanction: Sanction, about: str) -> tuple[str, str, str] | None:
    """Return (what happened, why, what follows), or None when it is not so any more."""
    if about == "ended":
        return (taken_back(sanction.kind), sanction.end_reason, "") if sanction.ended_at else None
    if about == "appeal":
        if not sanction.appeal_answer:
            return None
        title = taken_back(sanction.kind) if sanction.appeal_state == "lifted" else _("We thought again about our decision")
        follows = "" if sanction.appeal_state == "lifted" else _("The decision stays as it is.")
        return title, sanction.appeal_answer, follows
    if not sanction.runs_at(now()):
        return None
    words = told(sanction.kind, sanction.reason, sanction.until)
    return words.title, words.reason, words.consequence
