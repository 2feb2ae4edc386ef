"""Waves that are put away, as items of the inbox: low in it, until somebody gives them back or removes them."""

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.moderation.inbox.item import Choice, ContextPiece, Decision, InboxDetail, InboxItem, ItemLink
from app.moderation.inbox.order import Harm
from app.moderation.inbox.registry import InboxSource
from app.moderation.models import WaveState
from app.moderation.waves.ending import give_back, remove
from app.moderation.waves.reading import WaveRow, count_waiting_waves, get_wave, list_items, list_waiting_waves

_SHOWN = 8
_BACK = Decision(
    "back", lazy_gettext("Give everything back"), "p", lazy_gettext("everything it took is shown again"),
    lazy_gettext("Everything is back."), needs_reason=True,
    reason_label=lazy_gettext("Why?"), icon="undo", in_batch=False,
)  # fmt: skip
_REMOVE = Decision(
    "remove", lazy_gettext("Remove for good"), "d", lazy_gettext("its texts are removed for good"),
    lazy_gettext("The texts are gone for good."), needs_reason=True,
    reason_label=lazy_gettext("Why not wait?"), tone="danger", icon="close", in_batch=False,
)  # fmt: skip


def _item(row: WaveRow) -> InboxItem:
    return InboxItem(
        kind="wave", id=row.id, title=row.summary, path=row.path, summary=_summary(row), since=row.created_at,
        harm=Harm.WAVE, pill="put_away", decisions=(_BACK, _REMOVE), links=(ItemLink(_("All of it"), row.path, "c", "shield"),),
    )  # fmt: skip


def _summary(row: WaveRow) -> str:
    texts = ngettext("%(num)s text", "%(num)s texts", row.texts)
    return _(
        "Put away: %(texts)s, %(accounts)s", texts=texts, accounts=ngettext("%(num)s account", "%(num)s accounts", row.people)
    )


def _list(actor: Actor, limit: int) -> list[InboxItem]:
    return [_item(row) for row in list_waiting_waves(actor, limit)]


def _find(actor: Actor, _kind: str, wave_id: int) -> InboxItem | None:
    try:
        row = get_wave(actor, wave_id)
    except NotFound:
        return None
    return _item(row) if row.state == WaveState.QUARANTINED else None


def _show(_actor: Actor, item: InboxItem) -> InboxDetail:
    rows = [row for row in list_items(item.id).items if row.author_name][:_SHOWN]
    return InboxDetail(context=tuple(ContextPiece(row.label, row.path, row.author_name, row.excerpt) for row in rows))


def _decide(actor: Actor, choice: Choice) -> object:
    """Give a wave back or remove it. Raises as those do."""
    if choice.decision == _BACK.name:
        return give_back(actor, wave_id=choice.id, reason=choice.reason)
    if choice.decision == _REMOVE.name:
        return remove(actor, wave_id=choice.id, reason=choice.reason)
    raise NotFound


WAVES = InboxSource("waves", lazy_gettext("Waves"), ("wave",), _list, count_waiting_waves, _decide, _show, _find)
