"""Appeals against sanctions, as items of the inbox."""

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.moderation.inbox.item import Choice, ContextPiece, Decision, InboxDetail, InboxItem, ItemLink, Voice
from app.moderation.inbox.order import Harm
from app.moderation.inbox.registry import MOST_OF_ONE_SOURCE, InboxSource
from app.moderation.models import SanctionKind
from app.moderation.people.appealing import decide_appeal
from app.moderation.people.appeals import AppealRow, count_open_appeals, list_open_appeals

_ANSWER = lazy_gettext("Answer, which the person reads")
_LIFT = Decision(
    "lift", lazy_gettext("Take it back"), "t", lazy_gettext("taken back; the person reads your answer"),
    lazy_gettext("Taken back, and the person is told."),
    needs_reason=True, reason_label=_ANSWER, tone="good", icon="undo", in_batch=False,
)  # fmt: skip
_STAYS = Decision(
    "stays", lazy_gettext("It stays"), "u", lazy_gettext("stays as it is; the person reads your answer"),
    lazy_gettext("It stays, and the person is told why."),
    needs_reason=True, reason_label=_ANSWER, icon="lock", in_batch=False,
)  # fmt: skip


def _title(row: AppealRow) -> str:
    match row.kind:
        case SanctionKind.WARN:
            return _("%(name)s about a warning", name=row.person_name)
        case SanctionKind.MUTE:
            return _("%(name)s about being muted", name=row.person_name)
        case SanctionKind.SUSPEND:
            return _("%(name)s about being suspended", name=row.person_name)
        case _ban:
            return _("%(name)s about being banned", name=row.person_name)


def _item(row: AppealRow) -> InboxItem:
    return InboxItem(
        kind="appeal", id=row.sanction_id, title=_title(row),
        path=f"{row.record_path}#sanction-{row.sanction_id}", harm=Harm.APPEAL, since=row.appealed_at, pill="appeal",
        summary=_("Asks for a second look") if row.can_decide else _("Somebody else looks at it: you decided first"),
        decisions=(_LIFT, _STAYS) if row.can_decide else (), links=(ItemLink(_("The whole record"), row.record_path, "r", "person"),),
        person_id=row.person_id, person_name=row.person_name, person_path=row.person_path,
    )  # fmt: skip


def _list(actor: Actor, limit: int) -> list[InboxItem]:
    return [_item(row) for row in list_open_appeals(actor, limit)]


def _show(actor: Actor, item: InboxItem) -> InboxDetail:
    row = next((one for one in list_open_appeals(actor, MOST_OF_ONE_SOURCE) if one.sanction_id == item.id), None)
    if row is None:
        return InboxDetail()
    voice = Voice(_("What they say"), row.note, row.person_name, row.person_path, row.appealed_at)
    decided = ContextPiece(_("What was decided"), item.path, row.by_name or _("the system"), row.reason, row.sanctioned_at)
    voices = (voice,) if item.decisions else (voice, Voice(item.summary))  # why there is nothing to press
    return InboxDetail(voices=voices, voices_label=_("The appeal"), context=(decided,))


def _decide(actor: Actor, choice: Choice) -> object:
    if choice.decision not in (_LIFT.name, _STAYS.name):
        raise NotFound
    return decide_appeal(actor, sanction_id=choice.id, is_lifted=choice.decision == _LIFT.name, answer=choice.reason)


APPEALS = InboxSource("appeals", lazy_gettext("Appeals"), ("appeal",), _list, count_open_appeals, _decide, _show)
