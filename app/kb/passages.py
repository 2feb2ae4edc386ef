"""From posts of a thread to passages that a curator may take over, and to the blocks they become. Pure: knows no request."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.urls import post_path
from app.kb.models import SourceRole
from app.kb.presenters import REMOVED
from app.kb.queries.sources import SourcePost
from app.kb.services.assembling import Source, demote_headings
from app.kb.services.blocks import Block, Origin, paragraphs, taken_block
from app.kb.services.shapes import ROLE_NAMES, Shape

LABEL = 60


class PassageChoice(Struct, frozen=True):
    """A post that a curator may take into an article, with what is proposed or was chosen."""

    post: Post
    path: str
    html: Markup
    author_name: str
    is_opening: bool
    is_taken: bool
    role: SourceRole


class Origins(Struct, frozen=True):
    """Where a block came from. `kind` of the post: question, accepted or answer. `newest`: the revision that stands now, when it
    is not the one that was taken.
    """

    post_id: int
    path: str
    kind: str
    author_name: str
    author_path: str
    thread_title: str
    thread_path: str
    revision: int
    newest: int | None
    is_listed: bool


class BlockView(Struct, frozen=True):
    """A block as the editor shows it. `cuts` are the places where it can be split: (number, what stands above)."""

    block: Block
    name: str
    hint: str
    origins: tuple[Origins, ...]
    cuts: tuple[tuple[int, str], ...]
    number: int


def propose_passages(posts: Sequence[Post]) -> list[PassageChoice]:
    """Return the passages with a proposal: the question as problem; accepted answers, else the best one, as solution."""
    answers = [post for post in posts if post.kind != PostKind.OPENING]
    accepted = {post.id for post in answers if post.accepted_at is not None}
    taken = accepted or {post.id for post in answers[:1]}
    return [_choice(post, post.kind == PostKind.OPENING or post.id in taken, default_role(post)) for post in posts]


def propose_more(posts: Sequence[Post], known: set[int]) -> list[PassageChoice]:
    """Return passages for an article that exists: what helped is proposed, unless it is there already."""
    answers = [post for post in posts if post.kind != PostKind.OPENING]
    accepted = {post.id for post in answers if post.accepted_at is not None} - known
    taken = accepted or {post.id for post in answers[:1] if post.id not in known}
    return [_choice(post, post.id in taken, default_role(post)) for post in posts]


def keep_passages(posts: Sequence[Post], chosen: Mapping[int, SourceRole]) -> list[PassageChoice]:
    """Return the passages as a curator chose them, for a form that is shown again."""
    return [_choice(post, post.id in chosen, chosen.get(post.id, default_role(post))) for post in posts]


def default_role(post: Post) -> SourceRole:
    """Return the part a post plays unless a curator says otherwise."""
    return SourceRole.PROBLEM if post.kind == PostKind.OPENING else SourceRole.SOLUTION


def _choice(post: Post, is_taken: bool, role: SourceRole) -> PassageChoice:
    name = (post.author.display_name or post.author.name) if post.author else REMOVED
    return PassageChoice(
        post=post, path=post_path(post.id), html=Markup(post.body_html), author_name=name,  # noqa: S704 - sanitised
        is_opening=post.kind == PostKind.OPENING, is_taken=is_taken, role=role,
    )  # fmt: skip


def origin_of(post: Post) -> Origin:
    """Return where words of a post come from, as it stands now."""
    return Origin(post.id, post.revision, post.body_hash, post.author_id, post.thread_id)


def to_block(post: Post, role: SourceRole) -> Block:
    """Return a post as a block of an article; its headings go below those of the article."""
    return taken_block(role, demote_headings(post.body_source.strip()), origin_of(post))


def to_sources(posts: Mapping[int, SourcePost]) -> dict[int, Source]:
    """Return what the lines under passages say, by post id."""
    return {post_id: Source(post.author_display_name or REMOVED, post.path, post.is_opening) for post_id, post in posts.items()}


def present_blocks(shape: Shape, blocks: Sequence[Block], posts: Mapping[int, SourcePost]) -> list[BlockView]:
    """Return blocks as the editor shows them, with the posts they came from."""
    return [
        BlockView(
            block=block, name=ROLE_NAMES[block.role], hint=shape.hints.get(block.role, ""),
            origins=tuple(_origins(origin, posts[origin.post_id]) for origin in block.sources if origin.post_id in posts),
            cuts=tuple((n, shorten(" ".join(text.split()), LABEL)) for n, text in enumerate(paragraphs(block.body)[:-1], start=1)),
            number=number,
        )
        for number, block in enumerate(blocks, start=1)
    ]  # fmt: skip


def _origins(origin: Origin, post: SourcePost) -> Origins:
    kind = "question" if post.is_opening else "accepted" if post.is_accepted else "answer"
    return Origins(
        post_id=post.post_id, path=post.path, kind=kind, author_name=post.author_display_name or REMOVED,
        author_path=post.author_path, thread_title=post.thread_title, thread_path=post.thread_path, revision=origin.revision,
        newest=post.revision_now if post.hash_now != origin.hash else None, is_listed=post.is_listed,
    )  # fmt: skip
