"""What the buttons of the editor do to blocks: up, down, split, remove, put back, add, and take over the newest words of a post.

Reads posts where a button needs one; writes nothing.
"""

from collections.abc import Mapping, Sequence

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.records import replace
from app.core.text import parse_number
from app.forum.models import Post
from app.forum.queries.threads import get_post
from app.kb.services.assembling import demote_headings
from app.kb.services.blocks import Block, Origin, hash_words, insert_below, move, put_back, remove, split
from app.kb.services.drafting import Edit
from app.kb.services.shapes import empty_block

Result = tuple[tuple[Block, ...], tuple[Block, ...], str]


def rearrange(actor: Actor, edit: Edit, asked: str, typed: Mapping[str, str]) -> Result:
    """Return (blocks, removed blocks, key to look at) after a button, asked for as "what:key".

    `typed` is the form: it says after which paragraph to split and which part to add. Raises Invalid for a button or block
    that is not there.
    """
    what, _colon, key = asked.partition(":")
    blocks, removed = edit.blocks, edit.removed
    if what in ("up", "down"):
        return move(blocks, key, -1 if what == "up" else 1), removed, key
    if what == "split":
        parts = split(blocks, key, _number(typed.get(f"split-{key}", "")))
        return parts, removed, parts[[block.key for block in parts].index(key) + 1].key
    if what == "remove":
        left, gone = remove(blocks, key)
        return left, (*(() if gone.is_empty and not gone.sources else (gone,)), *removed), _beside(blocks, key)
    if what == "restore":
        return _put_back(blocks, removed, key)
    if what == "add":
        new = empty_block(edit.fields.get("kind", ""), typed.get("add-role", ""), blocks)
        return insert_below(blocks, key, new), removed, new.key
    if what == "renew":
        return _renew(actor, blocks, key), removed, key
    if what == "keep":
        return blocks, removed, ""
    raise Invalid(_("This page is out of date. Please open the editor again."))


def _number(raw: str) -> int:
    return parse_number(raw, 5) or 0


def _beside(blocks: Sequence[Block], key: str) -> str:
    """Return the key of the block above, or below the first one."""
    keys = [block.key for block in blocks]
    at = keys.index(key)
    return keys[at - 1] if at else (keys[1] if len(keys) > 1 else "")


def _put_back(blocks: tuple[Block, ...], removed: tuple[Block, ...], key: str) -> Result:
    found = [block for block in removed if block.key == key]
    if not found:
        raise Invalid(_("This block is not there any more. Please look again."))
    return put_back(blocks, found[0]), tuple(block for block in removed if block.key != key), key


def _renew(actor: Actor, blocks: tuple[Block, ...], key: str) -> tuple[Block, ...]:
    """Return the blocks with one of them saying what its post says now. Raises Invalid when the post is not shown any more, or the
    actor may not read it any more."""
    old = next((block for block in blocks if block.key == key), None)
    if old is None or len(old.sources) != 1:
        raise Invalid(_("This block is not there any more, or has more than one source. Please look again."))
    post = _find_shown(actor, old.sources[0].post_id)
    if post is None:
        raise Invalid(_("The post is hidden now, so its new words cannot be taken over."))
    body = demote_headings(post.body_source.strip())
    origin = Origin(post.id, post.revision, post.body_hash, post.author_id, post.thread_id)
    new = replace(old, body=body, sources=(origin,), taken=hash_words(body))
    return tuple(new if block.key == key else block for block in blocks)


def _find_shown(actor: Actor, post_id: int) -> Post | None:
    try:
        post = get_post(actor, post_id)
    except NotFound:
        return None
    return post if post.is_listed and post.thread.is_listed else None
