"""What moderators see before they join or separate questions, in words. Reads; decides nothing."""

from collections.abc import Callable

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.records import Struct
from app.forum.models import Thread
from app.forum.models.thread import Status
from app.forum.queries.issues import IssueFacts, Joining, preview_joining
from app.forum.queries.threads import get_thread
from app.forum.services.duplicates import ensure_can_join
from app.moderation.urls import join_path


class SumRow(Struct, frozen=True):
    """One figure of both issues, and of them together."""

    label: str
    ending: int
    staying: int
    together: int


class JoinView(Struct, frozen=True):
    """The preview: both questions, what adds up, and what will happen. `swap_path`: the same the other way round.

    `warning` says why that may be the better way, and is empty otherwise.
    """

    ending: Thread
    staying: Thread
    rows: tuple[SumRow, ...]
    effects: tuple[str, ...]
    swap_path: str
    warning: str


_FIGURES: tuple[tuple[str, Callable[[IssueFacts], int]], ...] = (
    (lazy_gettext("People affected"), lambda facts: facts.people),
    (lazy_gettext("Of them said “I have this too”"), lambda facts: facts.me_toos),
    (lazy_gettext("Views in 30 days"), lambda facts: facts.views_30d),
    (lazy_gettext("Views in 90 days"), lambda facts: facts.views_90d),
    (lazy_gettext("Wordings of the question"), lambda facts: 1 + len(facts.wordings)),
    (lazy_gettext("Say that something worked"), lambda facts: facts.confirmed),
    (lazy_gettext("Votes"), lambda facts: facts.votes),
)


def present_joining(actor: Actor, thread: Thread, original_id: int, back: str = "") -> JoinView:
    """Return the preview of joining a thread to another, or to the main thread of its issue.

    Raises Invalid("original_id") and Conflict where joining itself would.
    """
    try:
        original = get_thread(actor, original_id)
    except NotFound:
        raise Invalid(_("We could not find that question. Please check its number or address."), field="original_id") from None
    joining = preview_joining(thread.id, original.id)
    if joining is None:
        raise Invalid(_("These two are one issue already. Please name another question."), field="original_id")
    if joining.staying.main_id != original.id:
        original = _main_of(actor, joining)
    ensure_can_join(actor, thread, original)
    rows = tuple(SumRow(name, of(joining.ending), of(joining.staying), of(joining.together)) for name, of in _FIGURES)
    return JoinView(
        thread, original, rows, tuple(_effects(joining, thread, original)), join_path(original.id, thread.id, back), _warn(thread, original)
    )  # fmt: skip


def _main_of(actor: Actor, joining: Joining) -> Thread:
    try:
        return get_thread(actor, joining.staying.main_id)
    except NotFound:
        raise Invalid(_("Please name another question: that one leads to one you cannot read."), field="original_id") from None


def _effects(joining: Joining, ending: Thread, staying: Thread) -> list[str]:
    found = [
        _what_is_kept(ending, staying),
        _("Whoever searches for its words finds “%(title)s” as well.", title=staying.title),
    ]
    followers, people = len(joining.ending.duplicates), joining.ending.people
    if followers:
        found.append(ngettext("Its duplicate comes along.", "Its %(num)s duplicates come along.", followers))
    if staying.status == Status.SOLVED:
        found.append(
            ngettext(
                "The person affected there hears of the solution, unless they left the question.",
                "The %(num)s people affected there hear of the solution, unless they left the question.",
                people,
            )
        )
    else:
        found.append(
            ngettext(
                "The person affected there hears when this one is solved.",
                "The %(num)s people affected there hear when this one is solved.",
                people,
            )
        )
    return found


def _what_is_kept(ending: Thread, staying: Thread) -> str:
    if not ending.answer_count:
        return _(
            "“%(title)s” stays readable, takes no new answers, and leads its readers to “%(other)s”.",
            title=ending.title,
            other=staying.title,
        )
    return ngettext(
        "“%(title)s” stays readable with its answer, takes no new answers, and leads its readers to “%(other)s”.",
        "“%(title)s” stays readable with its %(num)s answers, takes no new answers, and leads its readers to “%(other)s”.",
        ending.answer_count,
        title=ending.title,
        other=staying.title,
    )


def _warn(ending: Thread, staying: Thread) -> str:
    if ending.status == Status.SOLVED and staying.status != Status.SOLVED:
        return _("The one that ends is solved, the one that stays is not. The other way round, readers meet the solution first.")
    if ending.answer_count > 0 and staying.answer_count == 0:
        return _("The one that ends has answers, the one that stays has none. You may want it the other way round.")
    return ""
