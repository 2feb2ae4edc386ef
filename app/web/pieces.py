"""Pieces of HTML that many pages show again: made once for what they show, and kept in memory as long as there is room.

A piece is a macro with its arguments. The arguments are the key, so a piece can never show anything but what it was asked for, and
whatever changes makes another piece: nothing has to be dropped. Arguments are frozen values; a macro that is used so looks at nothing
else (imported macros do not see the context of the page). The token of forms is not part of a piece: it is filled in for each reader.
A key takes as much as what is kept by it, so that pieces are for what many pages have (the row of a thread), not for posts: one page
has each, and on sites of some size few are asked for again.

A whole page can be made for many readers in the same way (`for_many`): what is each one's own has a marked place in it (`personal`),
and `cut` takes the page apart at these places. app/pagecache/sharing keeps such pages.
"""

import secrets
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any

from flask import Flask, current_app, g, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from jinja2 import Template
from jinja2.runtime import Context, Macro, new_context
from markupsafe import Markup, escape

# So many bytes are kept in each process. The row of a thread takes 3,000, and half of that is its key.
MOST_BYTES = 2 * 2**20
_KEY_BYTES = 1_400
# Stands for the token while a piece is made. Nobody can write it into a text: it is another one in every process.
_TOKEN = f"token-{secrets.token_hex(24)}"
_is_making: ContextVar[bool] = ContextVar("is_making_a_piece", default=False)
# What stands round the places of a page that is made for many.
_MARK = f"place-{secrets.token_hex(24)}"
_is_for_many: ContextVar[bool] = ContextVar("is_for_many", default=False)
# Stands for the last argument in what is kept but for that.
_LAST = f"last-{secrets.token_hex(24)}"
TOKEN_PLACE = "token"  # noqa: S105 (a name)


class _Key:
    """Something that pieces are kept by. Its hash is reckoned once: of a row it takes as long as all else that is done with it."""

    __slots__ = ("_hash", "_value")

    def __init__(self, value: Hashable) -> None:
        """Raises TypeError for what cannot be a key; what is shown on the page of styles cannot."""
        self._value, self._hash = value, hash(value)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._value == other._value


class Pieces:
    """The pieces of one process, the least used let go first. Safe between threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """Return the piece of this key, made now if it is not kept."""
        kept = self._kept.get(key)
        if kept is not None:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
            return kept
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += _bytes_of(made)
            while self._bytes > self._most:
                _key, gone = self._kept.popitem(last=False)
                self._bytes -= _bytes_of(gone)
        return made

    def show(self, macro: Macro, *arguments: Hashable) -> Markup:
        """Return what a macro makes of its arguments."""
        make = partial(_make, partial(macro, *arguments))
        # Safe HTML equals text that is still to be escaped, so the types belong to the key.
        try:
            key = _Key((macro, arguments, tuple(map(type, arguments)), _is_for_many.get()))
        except TypeError:
            made = make()
        else:
            made = self.get(key, make)
        if _is_for_many.get() or _TOKEN not in made:
            return made
        return Markup(made.replace(_TOKEN, form_token()))  # noqa: S704 (of our own templates)

    def show_each(self, macro: Macro, rows: Iterable[Hashable], *more: Hashable) -> tuple[Markup, ...]:
        """Return what a macro makes of each of some rows."""
        return tuple([self.show(macro, row, *more) for row in rows])

    def show_all(self, macro: Macro, rows: Iterable[Hashable], *more: Hashable) -> Markup:
        """Return what a macro makes of each of some rows, one after the other."""
        return Markup("".join(self.show_each(macro, rows, *more)))  # noqa: S704 (of our own templates)


def _bytes_of(made: Markup) -> int:
    """What a piece takes, with its key."""
    return sys.getsizeof(made) + _KEY_BYTES


def kept(macro: Macro) -> Callable[..., Markup]:
    """Return a macro that is made once for each of its few possible arguments (icons, pills)."""

    @lru_cache(maxsize=512, typed=True)
    def made(*arguments: Hashable, **named: Hashable) -> Markup:
        return Markup(macro(*arguments, **named))  # noqa: S704 (of our own templates)

    return made


def kept_but_last(macro: Macro) -> Callable[..., Markup]:
    """As `kept`, for a macro that shows its last argument, a text that is another one on each page, where it stands."""
    made = kept(macro)

    def filled(*arguments: Hashable) -> Markup:
        *known, last = arguments
        return Markup(made(*known, _LAST).replace(_LAST, escape(last)))  # noqa: S704 (of our own templates)

    return filled


def _make(macro: Callable[[], str]) -> Markup:
    """Return what a macro makes, with the place of the token where it would stand."""
    was_making = _is_making.set(True)
    try:
        made = Markup(macro())  # noqa: S704 (of our own templates)
    finally:
        _is_making.reset(was_making)
    _ensure_nobodys(made)
    return made


def _ensure_nobodys(made: str) -> None:
    """Raise RuntimeError for what holds the token of the one who asks."""
    own = g.get("csrf_token")
    if own and own in made:
        raise RuntimeError("A piece holds the token of one reader.")


def form_token() -> str:
    """Return the token for a form on the page, or its place while a piece is made."""
    if _is_making.get() or _is_for_many.get():
        return _TOKEN
    if "csrf_token" not in g and "csrf_token" in session:
        g.csrf_token = _signed(str(current_app.secret_key), session["csrf_token"])
    return str(generate_csrf())


@lru_cache(maxsize=2_000)
def _signed(secret: str, value: str) -> str:
    """Return the token of a session. Tokens have no end (csrf.py), so that one signature is as good as the next."""
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(value))


@contextmanager
def for_many() -> Iterator[None]:
    """Make inside the block what many readers get: with places for what is each one's own, and for the token."""
    was = _is_for_many.set(True)
    try:
        yield
    finally:
        _is_for_many.reset(was)


def personal(name: str, macro: Callable[..., str], *arguments: Any) -> Markup:
    """Return what a macro makes of what differs between the readers of a page; in a page for many, in the place of that name.

    What holds a token leaves its place empty: it has to be filled in for everybody.
    """
    made = macro(*arguments)
    if _is_for_many.get():
        made = f"{_MARK}<{name}>{'' if _TOKEN in made else made}{_MARK}"
    return Markup(made)  # noqa: S704 (of our own templates)


def cut(page: str) -> tuple[list[str], dict[str, list[int]]]:
    """Take a page for many apart: its parts, and of each place the numbers of the parts that stand in it."""
    _ensure_nobodys(page)
    parts: list[str] = []
    places: dict[str, list[int]] = {}
    for number, text in enumerate(page.split(_MARK)):
        if number % 2:
            name, _end, text = text.removeprefix("<").partition(">")
            if not name:
                raise RuntimeError("A place stands inside another one.")
            places.setdefault(name, []).append(len(parts))
            parts.append(text)
            continue
        first, *more = text.split(_TOKEN)
        parts.append(first)
        for after in more:
            places.setdefault(TOKEN_PLACE, []).append(len(parts))
            parts += "", after
    return parts, places


class PlainTemplate(Template):
    """A template whose macros are imported once: none of ours is given globals of its own when it is loaded."""

    def render(self, *arguments: Any, **values: Any) -> str:
        """As Jinja's, which leaves all that a page shows to be collected as garbage: its macros know it, and it knows its macros."""
        context = self.new_context(dict(*arguments, **values))
        try:
            return self.environment.concat(self.root_render_func(context))
        except Exception:
            self.environment.handle_exception()
        finally:
            context.vars.clear()

    def new_context(self, vars: Any = None, shared: bool = False, locals: Any = None) -> Context:
        """As Jinja's, which asks for each global among those of the template first."""
        return new_context(self.environment, self.name, self.blocks, vars, shared, self.environment.globals, locals)

    def _get_default_module(self, ctx: Any = None) -> Any:
        if self._module is None:
            self._module = self.make_module()
        return self._module


def init_pieces(app: Flask) -> None:
    """Give templates `piece` (of a macro and its arguments), `pieces`, `personal`, `kept` and `kept_but_last`; csrf.py adds the token."""
    pieces = app.extensions["pieces"] = Pieces()
    app.jinja_env.template_class = PlainTemplate
    app.jinja_env.globals.update(piece=pieces.show, pieces=pieces.show_all)
    app.jinja_env.globals.update(personal=personal, kept=kept, kept_but_last=kept_but_last)
