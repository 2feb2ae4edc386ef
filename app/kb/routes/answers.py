"""What the routes of curators share: going back to an article, and refusals shown where they happened."""

from collections.abc import Callable

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Conflict, Invalid
from app.core.uow import unit_of_work
from app.kb.models import Article
from app.kb.presenters import path_of
from app.web.redirects import see_other


def change_article(change: Callable[[], Article], done: str, back: str = "") -> Response:
    """Run one change in a unit of work and lead to the article (or `back`), saying `done`, or why it was refused."""
    try:
        with unit_of_work():
            article = change()
            path = back or path_of(article)
    except (Conflict, Invalid) as error:
        if not back:
            raise
        flash(error.message, "error")
        return see_other(back)
    flash(done, "success")
    return see_other(path)
