"""Ending an ask before it is posted: somebody found what they needed among what was shown to them. Must not know Flask."""

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.search.documents import TitleCard, registered_kinds, source_of, split_key
from app.search.events import AskDeflected
from app.search.querying import MAX_CHARS

_LONGEST_KEY = 20


def find_document(actor: Actor, key: str) -> TitleCard:
    """Return the document called `key` as a link, in one statement; raise NotFound when there is none that the actor may read."""
    try:
        kind, document_id = split_key(key if len(key) <= _LONGEST_KEY and key[1:].isascii() and key[1:].isdigit() else "")
    except ValueError:
        raise NotFound(_("There is no such question or article.")) from None
    found = source_of(kind).titles([document_id], actor) if kind in registered_kinds() and document_id < 2**63 else {}
    if document_id not in found:
        raise NotFound(_("There is no such question or article."))
    return found[document_id]


def end_ask(actor: Actor, *, query: str, key: str, visitor: str = "") -> TitleCard:
    """Record that the document called `key` solved what somebody was about to ask, and return it.

    Everybody may say so of what they may read; it changes nothing but what is counted. Raises NotFound, and Invalid("title")
    when nothing was typed.
    """
    card = find_document(actor, key)
    typed = " ".join(query.split())[: MAX_CHARS * 2]
    if not typed:
        raise Invalid(_("Please type what is wrong, in one line."), field="title")
    emit(AskDeflected(typed, key, actor.id if actor.is_authenticated else None, visitor))
    return card
