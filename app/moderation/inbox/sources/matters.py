"""Items of the inbox that are no texts to judge: disputed solutions, look-alike questions, proposed articles, changed sources."""

from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.forum.models.proposal import ProposalState
from app.forum.models.resolution import OutcomeKind
from app.forum.queries.proposals import ProposalRow, ThreadCard, count_proposals, find_proposal, list_proposals
from app.forum.services import accepting
from app.forum.services.confirming import record_outcome
from app.forum.services.proposing import dismiss_proposal
from app.kb.models import CandidateState
from app.kb.queries.candidates import CandidateRow, count_candidates, list_candidates
from app.kb.services.deciding import dismiss_candidate, snooze_candidate
from app.kb.urls import promote_path, why_path
from app.moderation.inbox.item import Choice, ContextPiece, Decision, InboxDetail, InboxItem, ItemLink, Voice, sentence
from app.moderation.inbox.order import Harm
from app.moderation.inbox.registry import InboxSource
from app.moderation.policies import ensure_can_decide
from app.moderation.queries.disputed import DisputedRow, count_disputed, find_disputed, list_disputed, list_refutations
from app.moderation.services.logging import write_log
from app.moderation.urls import QUEUE, join_path

HOLDS = "solution_holds"
SNOOZE_DAYS = 30
_HOLDS = Decision(
    "holds", lazy_gettext("It does work"), "w", lazy_gettext("counts as solved again, by your word"),
    lazy_gettext("Noted: the solution holds."), needs_reason=True,
    reason_label=lazy_gettext("How do you know?"), tone="good", icon="check",
)  # fmt: skip
_WITHDRAW = Decision(
    "withdraw", lazy_gettext("Not a solution"), "n", lazy_gettext("the answer is not the solution any more"),
    lazy_gettext("The answer is not the solution any more."),
    needs_reason=True, reason_label=lazy_gettext("Why not?"), tone="danger", icon="close",
)  # fmt: skip
_DIFFER = Decision(
    "differ", lazy_gettext("They differ"), "d", lazy_gettext("kept apart, and never proposed again"), lazy_gettext("Noted: these two are different."),
    reason_label=lazy_gettext("In what (optional)"), icon="close",
)  # fmt: skip
_NO_ARTICLE = Decision(
    "dismiss", lazy_gettext("No article"), "n", lazy_gettext("gets no article, and is not proposed again"),
    lazy_gettext("Noted: no article for this one."), needs_reason=True,
    reason_label=lazy_gettext("Why not?"), icon="close",
)  # fmt: skip
_LATER = Decision(
    "later", lazy_gettext("In %(snooze_days)s days", snooze_days=SNOOZE_DAYS), "l", lazy_gettext("proposed again in %(snooze_days)s days",
    snooze_days=SNOOZE_DAYS), lazy_gettext("Put off for %(snooze_days)s days.", snooze_days=SNOOZE_DAYS), icon="clock"
)  # fmt: skip


def _disputed_item(row: DisputedRow) -> InboxItem:
    decisions = (_HOLDS, _WITHDRAW) if row.solution_id else (_HOLDS,)
    return InboxItem(
        kind="disputed", id=row.thread_id, title=row.title, path=row.path, harm=Harm.DOUBT, since=row.since, pill="disputed",
        summary=_("Its solution does not work for people"), decisions=decisions, category=row.category, person_id=row.author_id,
        person_name=row.author_name, person_path=row.author_path, seen=str(row.solution_id or ""),
    )  # fmt: skip


def _list_disputed(actor: Actor, limit: int) -> list[InboxItem]:
    return [_disputed_item(row) for row in list_disputed(actor, limit)]


def _find_disputed(actor: Actor, _kind: str, thread_id: int) -> InboxItem | None:
    row = find_disputed(actor, thread_id)
    return _disputed_item(row) if row else None


def _show_disputed(actor: Actor, item: InboxItem) -> InboxDetail:
    row = find_disputed(actor, item.id)
    if row is None:
        return InboxDetail()
    voices = tuple(Voice(one.words, one.note, one.by_name, one.by_path, one.at) for one in list_refutations(item.id))
    question = ContextPiece(_("The question"), row.path, row.asker_name, row.excerpt, row.asked_at)
    what = _("The solution") if row.solution_id else _("What was confirmed")
    facts = ((_("Category"), row.category), (_("What"), what))
    return InboxDetail(row.solution_html, voices, _("Who it does not work for"), (question,), facts, row.solved_at)


def _decide_disputed(actor: Actor, choice: Choice) -> object:
    """Say that the solution works, or take it back. Conflict when it is not disputed any more, or another answer is the solution now."""
    ensure_can_decide(actor)
    row = find_disputed(actor, choice.id)
    if row is None or choice.seen not in ("", str(row.solution_id or "")):
        raise Conflict(_("This changed meanwhile. Please look again."))
    if choice.decision == _WITHDRAW.name and row.solution_id is not None:
        if not accepting.withdraw_acceptance(actor, post_id=row.solution_id, reason=choice.reason):
            raise Conflict(_("Somebody has decided about this already."))
        return None
    if choice.decision != _HOLDS.name:
        raise NotFound
    kind = OutcomeKind.CONFIRMED_BY_ASKER
    outcome = record_outcome(actor, thread_id=choice.id, kind=kind, post_id=row.solution_id, reason=choice.reason)
    if find_disputed(actor, choice.id) is not None:
        raise Conflict(
            _("You said so before, and readers still say that it fails. Take the solution back, or write a better answer.")
        )
    return write_log(actor.id, HOLDS, choice.reason, thread_id=choice.id, before=str(outcome.id))


def _merge_item(row: ProposalRow) -> InboxItem:
    return InboxItem(
        kind="merge", id=row.id, title=row.thread.title, path=row.thread.path, harm=Harm.MERGE, since=row.proposed_at,
        summary=_("%(percent)s %% like “%(title)s”", percent=row.percent, title=row.original.title),
        pill="alike", decisions=(_DIFFER,), category=row.thread.category,
        links=(ItemLink(_("Join them"), join_path(row.thread.id, row.original.id, QUEUE), "m", "merge"),),
    )  # fmt: skip


def _list_merges(actor: Actor, limit: int) -> list[InboxItem]:
    return [_merge_item(row) for row in list_proposals(actor, per_page=limit).items]


def _find_merge(actor: Actor, _kind: str, proposal_id: int) -> InboxItem | None:
    row = find_proposal(actor, proposal_id)
    return _merge_item(row) if row else None


def _show_merge(actor: Actor, item: InboxItem) -> InboxDetail:
    row = find_proposal(actor, item.id)
    if row is None:
        return InboxDetail()
    later, before = (ngettext("%(num)s answer", "%(num)s answers", one.answer_count) for one in (row.thread, row.original))
    pair = (
        _card(_("Asked later, in %(category)s (%(answers)s)", category=row.thread.category, answers=later), row.thread),
        _card(_("Asked before, in %(category)s (%(answers)s)", category=row.original.category, answers=before), row.original),
    )
    return InboxDetail(voices=(Voice(_("They are %(percent)s %% alike.", percent=row.percent)),), context=pair)


def _card(label: str, card: ThreadCard) -> ContextPiece:
    return ContextPiece(label, card.path, card.title, card.excerpt, card.created_at)


def _decide_merge(actor: Actor, choice: Choice) -> object:
    if choice.decision != _DIFFER.name:
        raise NotFound
    return dismiss_proposal(actor, proposal_id=choice.id, reason=choice.reason)


def _candidate_item(row: CandidateRow) -> InboxItem:
    links = (
        ItemLink(_("Make an article"), promote_path(row.thread_id), "m", "book"),
        ItemLink(_("Why?"), why_path(row.thread_id)),
    )
    return InboxItem(
        kind="candidate", id=row.thread_id, title=row.title, path=row.path, harm=Harm.PROMOTION, since=row.scanned_at,
        summary=row.headline or ngettext("%(num)s point", "%(num)s points", round(row.score)),
        pill="proposed", decisions=(_NO_ARTICLE, _LATER), links=links,
        category=row.category_name,
    )  # fmt: skip


def _list_candidates(actor: Actor, limit: int) -> list[InboxItem]:
    return [_candidate_item(row) for row in list_candidates(actor, state=CandidateState.PROPOSED, per_page=limit).items]


def _show_candidate(actor: Actor, item: InboxItem) -> InboxDetail:
    return InboxDetail(voices=(Voice(sentence(item.summary)),), voices_label=_("Why it could become an article"))


def _decide_candidate(actor: Actor, choice: Choice) -> object:
    if choice.decision == _NO_ARTICLE.name:
        return dismiss_candidate(actor, thread_id=choice.id, reason=choice.reason)
    if choice.decision != _LATER.name:
        raise NotFound
    return snooze_candidate(actor, thread_id=choice.id, days=SNOOZE_DAYS, reason=choice.reason)


DISPUTED = InboxSource(
    "disputed", lazy_gettext("Disputed"), ("disputed",), _list_disputed, count_disputed, _decide_disputed, _show_disputed, _find_disputed
)  # fmt: skip
MERGES = InboxSource(
    "merges", lazy_gettext("Asked before?"), ("merge",), _list_merges, lambda actor: count_proposals(actor)[ProposalState.OPEN], _decide_merge,
    _show_merge, _find_merge,
)  # fmt: skip
CANDIDATES = InboxSource(
    "promotions", lazy_gettext("Articles to write"), ("candidate",), _list_candidates,
    lambda actor: count_candidates(actor)[CandidateState.PROPOSED], _decide_candidate, _show_candidate,
)  # fmt: skip
