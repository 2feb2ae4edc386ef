"""Who is named with @ in a text: telling them once, and never anybody who was named there before."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from app.accounts.queries import find_people_by_names
from app.core.events import emit
from app.forum.events import PeopleMentioned
from app.forum.models import Post

# Links that our own renderer wrote into stored, sanitised HTML; reading them needs no second rendering.
_LINK = re.compile(r'<a [^>]*href="/people/([^"/]+)"[^>]*>@')


def people_linked_in(html: str) -> tuple[int, ...]:
    """Return the ids of the people that stored HTML mentions."""
    names = tuple(dict.fromkeys(unquote(name) for name in _LINK.findall(html)))
    return tuple(person.id for person in find_people_by_names(names)) if names else ()


def people_new_in(html: str, old_source: str) -> tuple[int, ...]:
    """Return the ids of the people that stored HTML mentions and an earlier text, as it was typed, did not."""
    names = dict.fromkeys(unquote(name) for name in _LINK.findall(html))
    new = tuple(name for name in names if not re.search(rf"@{re.escape(name)}(?![\w-])", old_source, re.IGNORECASE))
    return tuple(person.id for person in find_people_by_names(new)) if new else ()


def tell_mentioned(post: Post, author_id: int | None, mentions: Sequence[int], comment_id: int | None = None) -> None:
    """Tell that people were mentioned in a visible post or comment, but never the author themselves."""
    people = tuple(dict.fromkeys(person_id for person_id in mentions if person_id != author_id))
    if people:
        emit(PeopleMentioned(post.thread_id, post.id, comment_id, author_id, people))


def tell_newly_mentioned(
    post: Post, author_id: int | None, mentions: Sequence[int], old_html: str, comment_id: int | None = None
) -> None:
    """Tell those of the mentioned people that the old text did not name already."""
    already = set(people_linked_in(old_html)) if mentions else set()
    tell_mentioned(post, author_id, [person_id for person_id in mentions if person_id not in already], comment_id)
