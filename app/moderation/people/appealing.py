"""Reading a warning, asking for a second look at a sanction, and deciding about that."""

from app.accounts.queries import get_person, get_person_for_update
from app.accounts.services.restricting import mark_warnings_read
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.text import clean_text
from app.core.uow import require_unit_of_work
from app.moderation.events import AppealDecided
from app.moderation.models import AppealState, Sanction, SanctionKind
from app.moderation.people.appeals import has_others, list_deciders
from app.moderation.people.imposing import end_sanction, find_running, get_sanction_for_update, lock_sanction
from app.moderation.people.policies import ensure_can_decide_appeal
from app.moderation.policies import can_appeal
from app.moderation.services.logging import write_log

NOTE_MAX = 2000
ANSWER_MAX = 1000


def acknowledge(actor: Actor, *, sanction_id: int) -> Sanction:
    """Say that one has read a warning; with the last one read, its reader may write again. Twice changes nothing.

    Raises NotFound for other people's warnings, and for what is no warning.
    """
    require_unit_of_work()
    get_person_for_update(actor.id or 0)
    sanction = get_sanction_for_update(sanction_id)
    if sanction.person_id != actor.id or sanction.kind != SanctionKind.WARN:
        raise NotFound
    if sanction.acknowledged_at is None:
        sanction.acknowledged_at = now()
        db.session.flush()
    if find_running(sanction.person_id, SanctionKind.WARN) is None:
        mark_warnings_read(sanction.person_id)
    return sanction


def appeal(person_id: int, *, sanction_id: int, note: str) -> Sanction:
    """Ask the moderators to think again about a sanction; once. `person_id`: who asks, who need not be let in.

    Raises NotFound for other people's sanctions, Conflict when it was asked already or is too late, Invalid("note").
    """
    require_unit_of_work()
    sanction = get_sanction_for_update(sanction_id)
    if sanction.person_id != person_id:
        raise NotFound
    text = clean_text(note).strip()
    if not text:
        raise Invalid(_("Please say in your own words why we should think again."), "note")
    if len(text) > NOTE_MAX:
        raise Invalid(
            _(
                "Please use at most %(note_max)s characters; this has %(text)s.",
                note_max=separated(NOTE_MAX),
                text=separated(len(text)),
            ),
            "note",
        )
    if sanction.appeal_state != AppealState.NONE:
        raise Conflict(_("You have asked about this already. One note is possible for each decision."))
    if not can_appeal(person_id, sanction, now()):
        raise Conflict(_("This decision was taken back, or is too old to be looked at again."))
    sanction.appeal_state, sanction.appeal_note, sanction.appealed_at = AppealState.OPEN, text, now()
    return sanction


def decide_appeal(actor: Actor, *, sanction_id: int, is_lifted: bool, answer: str) -> Sanction:
    """Decide about an appeal: take the sanction back, or leave it as it is. The person reads the answer.

    Whoever made the sanction does not decide, unless nobody else could. Raises NotFound, Forbidden, Invalid("answer"), Conflict when
    it was decided already.
    """
    text = clean_text(answer).strip()
    if not text:
        raise Invalid(_("Please answer in a sentence or two. The person will read it."), "answer")
    if len(text) > ANSWER_MAX:
        raise Invalid(_("Please keep the answer to %(answer_max)s characters.", answer_max=separated(ANSWER_MAX)), "answer")
    sanction = ensure_may_reconsider(actor, sanction_id=sanction_id)
    if sanction.appeal_state != AppealState.OPEN:
        raise Conflict(_("Somebody has decided about this appeal already."))
    moment = now()
    line = " ".join(text.split())[:300]
    if is_lifted and sanction.ended_at is None and (sanction.until is None or sanction.until > moment):
        end_sanction(actor, sanction_id=sanction_id, reason=line, action="appeal_lift", is_one_of_many=True)
    sanction.appeal_state = AppealState.LIFTED if is_lifted else AppealState.UPHELD
    sanction.appeal_answer, sanction.appeal_decided_by_id = text, actor.id
    sanction.appeal_decided_at = sanction.ended_at if is_lifted and sanction.ended_at else moment
    action = "appeal_lift" if is_lifted else "appeal_uphold"
    write_log(actor.id, action, line, person_id=sanction.person_id, before=str(sanction.id))
    emit(AppealDecided(sanction.id, sanction.person_id, actor.id, is_lifted))
    return sanction


def ensure_may_reconsider(actor: Actor, *, sanction_id: int) -> Sanction:
    """Lock a sanction whose appeal the actor may decide about. Raises NotFound, and Forbidden for who made it, if others could."""
    sanction = lock_sanction(actor, sanction_id)
    person = get_person(sanction.person_id)
    ensure_can_decide_appeal(actor, sanction, person, has_others=has_others(actor, person, list_deciders()))
    return sanction


def reopen_appeal(actor: Actor, *, sanction_id: int) -> Sanction:
    """Let an appeal wait again that was decided (undo). Raises NotFound, Forbidden, Conflict when it is not decided."""
    sanction = lock_sanction(actor, sanction_id)
    if sanction.appeal_state not in (AppealState.UPHELD, AppealState.LIFTED):
        raise Conflict(_("This appeal waits already."))
    sanction.appeal_state, sanction.appeal_answer = AppealState.OPEN, ""
    sanction.appeal_decided_at, sanction.appeal_decided_by_id = None, None
    return sanction
