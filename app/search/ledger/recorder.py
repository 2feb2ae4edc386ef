"""Noting searches while pages are read: nothing is written before the page is sent, no address changes, no cookie is set.

That a result was opened is told by the browser: the page it came from is a page of results of this site. Of suggestions the
script tells it. Bots, programs and
prefetching count nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from flask import Flask, current_app, has_request_context, request
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core.actor import Audience
from app.core.clock import now
from app.core.heavy import redis
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.search import aliases
from app.search.documents import split_key
from app.search.events import AskDeflected
from app.search.ledger.buffer import NoteBuffer, choose_buffer
from app.search.ledger.hold_out import Decision, decide
from app.search.ledger.notes import Note, What, is_held_out, scrub
from app.search.ledger.sessions import store_notes
from app.search.querying import MAX_CHARS, parse
from app.search.results import PER_PAGE, Results
from app.web.bots import is_bot, is_early
from app.web.context import client_agent, current_actor, reader_key, site_settings, visitor_key

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 10.0
_WORDS_IN = {"/search": "q", "/ask": "title"}  # pages that show what was found, and where their addresses say for what


def init_ledger(app: Flask, settings: Settings) -> None:
    """Give the application its buffer of notes, and nobody who is held out until `decide_hold_out` says so."""
    app.extensions["search_ledger"] = choose_buffer(settings)
    app.extensions["search_hold_out"] = Decision(date.min, 0, 0)


def _buffer() -> NoteBuffer:
    return cast(NoteBuffer, current_app.extensions["search_ledger"])


class Search(Struct, frozen=True):
    """What is noted of a page of results: the words, without what is personal, and the keys that it shows by place."""

    text: str
    hits: int
    offset: int
    shown: tuple[tuple[str, ...], ...]


def search_of(results: Results) -> Search:
    """Return what is noted of each reader of a page of results."""
    shown = tuple((item.card.key, *(one.card.key for one in item.threads)) for item in results.items)
    return Search(scrub(results.parsed.text), results.total, (results.number - 1) * PER_PAGE, shown)


def note_search(search: Search) -> None:
    """Note a page of results that is about to be sent. Filters alone are browsing, not searching."""
    if search.text:
        shown = [list(keys) for keys in search.shown]
        _note(What.SEARCH, text=search.text, hits=search.hits, offset=search.offset, shown=shown)


def note_opened(kind: str, target_id: int) -> None:
    """Note that a document was opened, if that was from a page of results, or from the page to ask on with a title in its address."""
    text = _searched_for(request.referrer)
    if text:
        _note(What.CLICK, text=text, kind=kind, target_id=target_id)


def note_picked(typed: str, kind: str, target_id: int) -> None:
    """Note that a document was opened that was suggested while somebody typed: no address tells what."""
    text = scrub(parse(typed).text)
    if text:
        _note(What.CLICK, text=text, kind=kind, target_id=target_id)


def note_ask() -> None:
    """Note that the page to ask on was opened."""
    _note(What.ASK)


def note_asked(thread_id: int) -> None:
    """Note that a search ended in a question or discussion."""
    _note(What.ASKED, kind="thread", target_id=thread_id)


def note_solved(kind: str, target_id: int) -> None:
    """Note that a document helped its reader; counts when they came to it by a search."""
    _note(What.SOLVED, kind=kind, target_id=target_id)


def on_deflected(event: AskDeflected) -> None:
    """Note that what was shown to somebody who was about to ask solved it."""
    if has_request_context():
        kind, target_id = split_key(event.key)
        _note(What.SOLVED, text=scrub(event.query), kind=kind, target_id=target_id)


def asks_without_suggestions() -> bool:
    """Return whether the running request belongs to the share that asks without suggestions (SEARCH_HOLD_OUT)."""
    share = _share_held_out()
    return share > 0 and is_held_out(_browser(), str(current_app.secret_key), share)


def decide_hold_out() -> Decision:
    """Return what holds today, in one statement at the first call of a day and none after it. The flusher calls it, not readers."""
    today, settings = now().date(), site_settings()
    decision = cast(Decision, current_app.extensions["search_hold_out"])
    if decision.day != today:
        decision = decide(
            today,
            percent=settings.search_hold_out,
            least=settings.search_hold_out_sessions,
            kept_days=settings.search_ledger_days,
        )
        current_app.extensions["search_hold_out"] = decision
    return decision


def _share_held_out() -> int:
    """The share of today; 0 as long as nothing was decided for today."""
    decision = cast(Decision, current_app.extensions["search_hold_out"])
    return decision.share if decision.day == now().date() else 0


SUBSCRIPTIONS = ((AskDeflected, on_deflected),)


def _browser() -> str:
    return visitor_key("search", now().date())


def _is_person() -> bool:
    return not is_bot(client_agent()) and not is_early(request.environ)


def _note(what: What, **facts: Any) -> None:
    if not site_settings().search_ledger_days or not _is_person():
        return
    actor = current_actor()
    audience = Audience.STAFF if actor.is_staff else Audience.MEMBERS if actor.is_authenticated else Audience.PUBLIC
    note = Note(
        what, reader_key("search", now().date()), now().timestamp(), also=_browser(), audience=audience,
        is_held_out=asks_without_suggestions(), hold_out=_share_held_out(), **facts,
    )  # fmt: skip
    try:
        _buffer().add(note)
    except redis.RedisError:
        logger.warning("search.ledger_redis_unavailable")


def _searched_for(referrer: str | None) -> str:
    """What was searched for on the page that led here; "" when that was no page of this site that shows what was found."""
    if not referrer:
        return ""
    try:
        parts = urlsplit(referrer)
        if parts.netloc != request.host or parts.path not in _WORDS_IN:
            return ""
        raw = parse_qs(parts.query, max_num_fields=20).get(_WORDS_IN[parts.path], [""])[0]
    except ValueError:  # nothing that a browser sends
        return ""
    return scrub(parse(raw[: MAX_CHARS * 4]).text)


def flush() -> int:
    """Write the waiting notes in one transaction and return how many sessions they belong to. What cannot be written waits on."""
    notes = _buffer().take()
    if not notes:
        return 0
    try:
        return _write(notes)
    except OperationalError:
        _buffer().put_back(notes)
        raise


def _write(notes: list[Note]) -> int:
    try:
        with unit_of_work():
            return store_notes(notes)
    except IntegrityError:  # another process began a session of the same visitor at this moment
        with unit_of_work():
            return store_notes(notes)


def start_flusher(app: Flask) -> Callable[[], None]:
    """Flush every FLUSH_SECONDS in a thread, which also follows the aliases and decides who is held out.

    The returned function stops it after a last flush.
    """
    stop = threading.Event()

    def loop() -> None:
        stopped = False
        while True:
            try:
                with app.app_context():
                    flush()
                    aliases.refresh()
                    decide_hold_out()
            except Exception:  # the database may be away; the next round goes on
                logger.exception("search.ledger_flush_failed")
            if stopped:
                return
            stopped = stop.wait(FLUSH_SECONDS)

    thread = threading.Thread(target=loop, name="search-ledger", daemon=True)
    thread.start()

    def stop_flusher() -> None:
        stop.set()
        thread.join(timeout=10)

    return stop_flusher
