"""From typed Markdown to what is stored: finds who it mentions and renders it. Reads only; call it before a unit of work."""

from app.accounts.queries import find_people_by_names
from app.core.markup import MAX_BODY, Rendered, extract_mentions, render_inline, render_markdown
from app.core.records import Struct
from app.forum.screening import prepare


class Composed(Struct, frozen=True):
    """A rendered text and the ids of the people it mentions."""

    body: Rendered
    mentions: tuple[int, ...] = ()


def compose(source: str, *, own_host: str = "", is_comment: bool = False, most: int = MAX_BODY) -> Composed:
    """Return the text rendered, with links to the people who exist. Raises Invalid("body") when it is too long or too complex."""
    names = extract_mentions(source) if "@" in source else ()
    people = find_people_by_names(names) if names else []
    known = frozenset(person.name for person in people)
    render = render_inline if is_comment else render_markdown
    body = render(source, mentions=known, own_host=own_host, max_length=most)
    prepare(body)
    return Composed(body, tuple(person.id for person in people))
