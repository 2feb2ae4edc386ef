"""People who noticed that a question was asked before: their proposal stands among those of the search engine."""

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.forum.models import DuplicateProposal, Thread
from app.forum.models.proposal import ProposalState
from app.forum.policies import ensure_can_flag, is_as_open
from app.forum.queries.proposals import find_pair_for_update
from app.forum.queries.threads import get_thread, get_threads_for_update

# People read both: that counts as much as the same words.
_SURE = 1.0
UNKNOWN = lazy_gettext("We could not find that question. Please check its number or address.")


def propose_pair(actor: Actor, *, thread_id: int, original_id: int) -> DuplicateProposal:
    """Propose to the moderators that a question asks what another one asked before. Proposing it again changes nothing.

    Raises NotFound, Forbidden, Invalid("original") for a question that is unknown, the same, or read by fewer people, Conflict for
    a pair that is decided.
    """
    thread, original = _pair(actor, thread_id, original_id)
    ensure_can_flag(actor, thread)
    if thread.duplicate_of_id is not None:
        raise Conflict(_("This question is closed already, because it was asked before."))
    if not is_as_open(original.category.audience, thread.category.audience):
        raise Invalid(_("Please name a question that everybody can read who reads this one."), field="original")
    known = find_pair_for_update(thread_id, original_id)
    if known is not None and known.state == ProposalState.DISMISSED:
        raise Conflict(_("A moderator compared these two and found that they differ."))
    if known is not None:
        return known
    proposal = DuplicateProposal(thread_id=thread_id, original_id=original_id, score=_SURE, proposed_by_id=actor.id)
    db.session.add(proposal)
    db.session.flush()
    return proposal


def _pair(actor: Actor, thread_id: int, original_id: int) -> tuple[Thread, Thread]:
    """Lock both questions, which the actor must be able to read."""
    get_thread(actor, thread_id)
    try:
        original = get_thread(actor, original_id)
    except NotFound:
        raise Invalid(UNKNOWN, field="original") from None
    if thread_id == original_id:
        raise Invalid(_("That is this very question. Please name the one that was asked before."), field="original")
    if not original.is_question or not original.is_listed:
        raise Invalid(_("Please name a question that readers can see."), field="original")
    locked = get_threads_for_update(sorted((thread_id, original_id)))
    if not locked[thread_id].is_question:
        raise Conflict(_("Only questions can be asked twice."))
    return locked[thread_id], locked[original_id]
