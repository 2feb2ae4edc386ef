"""What an item of the inbox is: frozen values that sources build and the page prints. No reads, no writes."""

from datetime import datetime

from markupsafe import Markup

from app.core.i18n import gettext, lazy_gettext
from app.core.records import Struct
from app.core.text import parse_number
from app.moderation.inbox.order import urgency


class Decision(Struct, frozen=True):
    """One thing that can be decided about an item, by a button, by a letter, or for many at once.

    `name` is sent by the form; `effect` says in the preview of a batch what happens to each item ("hidden, the reports upheld");
    `done` is said afterwards. `needs_reason`: nothing happens without one; `reason_label` asks for it, and without a label no reason is
    asked for: then `reason` is what the log says. `tone`: plain, good or danger. `in_batch`: whether it can be decided for many at once.
    """

    name: str
    label: str
    letter: str
    effect: str
    done: str
    needs_reason: bool = False
    reason_label: str = ""
    reason: str = ""
    tone: str = "plain"
    icon: str = ""
    in_batch: bool = True


class ItemLink(Struct, frozen=True):
    """A page on which something about the item is decided that does not fit into the inbox."""

    label: str
    path: str
    letter: str = ""
    icon: str = ""


class InboxItem(Struct, frozen=True):
    """One thing that waits for a moderator.

    `kind` and `id` name it (a kind belongs to one source); `title` and `path` say what it is about and where that stands; `summary` is
    the one line of the list that says why it waits. `since`: since when it waits; `harm`: 0 to 100, see `order.Harm`. `pill` is a state
    of components/status.html. `person_id`: whom it concerns, whose record is
    shown beside it. `seen` says which text the page showed (a revision), where a newer one must not be decided unread.
    """

    kind: str
    id: int
    title: str
    path: str
    summary: str
    since: datetime
    harm: int
    pill: str
    decisions: tuple[Decision, ...]
    links: tuple[ItemLink, ...] = ()
    category: str = ""
    person_id: int | None = None
    person_name: str = ""
    person_path: str = ""
    seen: str = ""

    @property
    def key(self) -> str:
        """Return what names the item in addresses and forms: `held-post-12`."""
        return f"{self.kind}-{self.id}"

    def urgency(self, moment: datetime) -> int:
        """Return how far up the item belongs at this moment."""
        return urgency(self.harm, moment - self.since)

    def find_decision(self, name: str) -> Decision | None:
        """Return a decision by its name, or None where the item does not offer it."""
        return next((one for one in self.decisions if one.name == name), None)


class Choice(Struct, frozen=True):
    """What a moderator decided about one item. `seen` is the item's `seen` as it was on the page; empty from a batch or a program."""

    kind: str
    id: int
    decision: str
    reason: str = ""
    seen: str = ""


class Voice(Struct, frozen=True):
    """One reason for which an item waits: a report, a hit of screening, a reader's word. `by_name` is empty where nobody said it."""

    words: str
    note: str = ""
    by_name: str = ""
    by_path: str = ""
    at: datetime | None = None
    aside: str = ""


class ContextPiece(Struct, frozen=True):
    """A text beside the one that waits: what it answers, what stands before and after it. `text` is plain."""

    label: str
    path: str
    author_name: str
    text: str
    at: datetime | None = None


class InboxDetail(Struct, frozen=True):
    """What the open item shows beyond its line: read only for the one that is open.

    `html` is the text itself, sanitised when it was stored. `facts`: label and words. `voices_label` heads the reasons. `links`:
    pages that help to judge it.
    """

    html: Markup = Markup("")
    voices: tuple[Voice, ...] = ()
    voices_label: str = lazy_gettext("Why it waits")
    context: tuple[ContextPiece, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    written_at: datetime | None = None
    links: tuple[ItemLink, ...] = ()


def sentence(words: str) -> str:
    """Return words with what ends a sentence."""
    return gettext("%(words)s.", words=words)


def split_key(key: str) -> tuple[str, int] | None:
    """Return kind and id of a key, or None for anything else."""
    kind, _, raw = key.rpartition("-")
    number = parse_number(raw)
    return (kind, number) if kind and number is not None else None
