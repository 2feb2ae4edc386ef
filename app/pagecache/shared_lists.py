"""Lists as members share them: nothing on them is anybody's own but the frame, and whether they follow a tag or category.

Visitors have the copies in front of Flask; staff and moderators, and who is told something (a message), get a page of their own.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

import flask
from flask import request
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.i18n import current_language
from app.core.records import Struct
from app.pagecache.sharing import common_reader, filled_in, may_share, shared_pages
from app.web.context import acting_as, current_actor
from app.web.pieces import for_many

View = Callable[..., Response]
OwnParts = Callable[..., Mapping[str, str]]


class _Key(Struct, frozen=True):
    """Which list a request may share: its address with the choices in it, and the reader for whom it is made, who is nobody."""

    address: str
    choices: tuple[tuple[str, str], ...]
    language: str
    reader: Actor


def members_share(*choices: str, own: OwnParts | None = None) -> Callable[[View], View]:
    """Let members of one kind share what a view makes of its address and these choices in the query; others stay with one reader.

    The view asks `current_actor()` who is reading, says what it shows (`keep_page`), and shows nothing of its reader but the frame
    and what `own` finds for the places of their own, given the actor and what the view is given.
    To stand below the access marker.
    """
    known = frozenset(choices)

    def decorate(view: View) -> View:
        @wraps(view)
        def shared(*args: Any, **kwargs: Any) -> Response:
            actor, pages = current_actor(), shared_pages()
            if pages is None or not actor.is_authenticated or not may_share(actor) or not known.issuperset(request.args):
                return view(*args, **kwargs)
            chosen = tuple(sorted(request.args.items()))
            key = _Key(f"{request.host}{request.path}", chosen, current_language(), common_reader(actor))
            page = pages.find(key)
            if page is None:
                with acting_as(key.reader), for_many():
                    made = view(*args, **kwargs)
                if made.status_code != 200:
                    return made
                page = pages.keep(key, cast(flask.Response, made), None)
            return filled_in(actor, page, own(actor, **kwargs) if own is not None else None)

        return shared

    return decorate
