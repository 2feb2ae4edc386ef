"""Between blocks and the Markdown of an article, both ways. Pure text; must not read anything.

Each passage is followed by a line that names its author and leads to the post. Texts that were written in one piece are read
back as blocks at their headings, and the lines that name authors lead to the sources.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from app.core.records import Struct
from app.kb.credits import credit_line, read_credit, step_heading, without_step
from app.kb.models import SourceRole
from app.kb.services.blocks import MAX_BLOCKS, TITLE_LIMIT, Block, Origin, hash_words
from app.kb.services.shapes import roles_by_heading

# The headings of an article are level 2; those inside a passage begin below them.
DEMOTE = 2
MAX_LEVEL = 6
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_ATX = re.compile(r"( {0,3})(#{1,6})(?=[ \t]|$)")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NOT_A_HEADING = re.compile(r"\s*$|\s{4}|\s*[|>#]|\s*[-*+][ \t]|\s*\d+[.)][ \t]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_HEADING = re.compile(r"(#{1,2})[ \t]+(\S.*?)(?:[ \t]+#+)?[ \t]*$")
_ENVIRONMENT = re.compile(
    r"[ \t>*-]*\**(version|app version|firmware|software|hardware|model|device|os|operating system|platform|browser|database|"
    r"plan|edition|environment|phone|system)\**[ \t]*[:=]\**[ \t]*\S.{0,120}$",
    re.IGNORECASE,
)
ENVIRONMENT_LINES = 6


class Source(Struct, frozen=True):
    """What the line under a passage says: whom to thank, where the post is, and whether it asked."""

    author_name: str
    link: str
    is_opening: bool = False


def assemble_body(blocks: Sequence[Block], sources: Mapping[int, Source]) -> str:
    """Return the Markdown of an article; `sources` are by post id.

    Blocks without words are left out, with their headings, unless the block below goes on under such a heading.
    """
    out: list[str] = []
    steps = 0
    waiting: tuple[SourceRole | None, str] = (None, "")
    for block in blocks:
        title = " ".join(block.title.split())
        if block.is_empty:
            waiting = (block.role, title) if title else waiting
            continue
        if not title and waiting[0] is block.role:
            title = waiting[1]
        waiting = (None, "")
        if block.role is SourceRole.STEP:
            steps += 1
            title = step_heading(steps, title)
        if title:
            out.append(f"## {title}")
        out.append(block.body.strip("\n"))
        out.extend(_attributions(block, sources))
    return "\n\n".join(out) + "\n" if out else ""


def _attributions(block: Block, sources: Mapping[int, Source]) -> list[str]:
    """Return the lines that name the authors of a block. Lines of an environment were put together, not written."""
    if block.role is SourceRole.ENVIRONMENT:
        return []
    known = [sources[origin.post_id] for origin in block.sources if origin.post_id in sources]
    return [attribution(source, block.is_edited) for source in known]


def attribution(source: Source, is_edited: bool = False) -> str:
    """Return the line that names the author of a passage and leads to the post."""
    kind = "question" if source.is_opening else "answer"
    return credit_line(kind, escape_markdown(source.author_name), source.link, is_edited)


def read_blocks(body: str, origins: Sequence[tuple[str, Origin]] = ()) -> tuple[Block, ...]:
    """Return a text that was written in one piece as blocks, cut at its headings of level 2 and after each passage.

    `origins` are the known sources with their parts. No source is lost: one that no line and no heading leads to belongs to the
    first block. A passage under a heading that stands for no part plays that of its source. Words are those of a post only where
    a line below them says so. The same text always gives the same keys.
    """
    pieces = _pieces(body, {origin.post_id for _role, origin in origins})
    parts = {origin.post_id: SourceRole(role) for role, origin in reversed(origins) if role != SourceRole.STEP}
    left = {origin.post_id: (role, origin) for role, origin in reversed(origins)}
    blocks: list[Block] = []
    for number, (title, text, post_id, is_taken) in enumerate(pieces, start=1):
        known = [left.pop(post_id)[1]] if post_id in left else [o for _r, o in origins if o.post_id == post_id][:1]
        heading = title if title is not None else ""
        role = _role_of(title, blocks)
        role = parts.get(post_id or 0, role) if role is SourceRole.OTHER else role
        heading = without_step(heading) if role is SourceRole.STEP else heading
        blocks.append(Block(f"b{number}", role, heading, text, tuple(known), hash_words(text) if is_taken else ""))
    for role_name, origin in reversed(list(left.values())):
        at = next((i for i, block in enumerate(blocks) if block.role == role_name), 0)
        blocks[at] = _with_source(blocks[at], origin)
    return tuple(blocks)


def _with_source(block: Block, origin: Origin) -> Block:
    return Block(block.key, block.role, block.title, block.body, (*block.sources, origin), block.taken)


def _role_of(title: str | None, before: Sequence[Block]) -> SourceRole:
    """Return the part a heading stands for; without one, that of the block above."""
    if title is None:
        return before[-1].role if before and before[-1].role is not SourceRole.STEP else SourceRole.OTHER
    if without_step(title) != title:
        return SourceRole.STEP
    return roles_by_heading().get(title.casefold(), SourceRole.OTHER)


def _pieces(body: str, post_ids: set[int]) -> list[tuple[str | None, str, int | None, bool]]:
    """Return (heading or None, text, post that a line names, whether word for word) of each piece; one piece when it cannot be cut."""
    found: list[tuple[str | None, list[str], int | None, bool]] = [(None, [], None, False)]
    for line, is_code in _lines(body):
        heading = None if is_code else _HEADING.match(line)
        credit = None if is_code else read_credit(line)
        if heading and (len(heading[1]) == 1 or len(heading[2]) > TITLE_LIMIT):
            return [(None, body.strip("\n"), None, False)]
        if heading:
            found.append((heading[2], [], None, False))
        elif credit and credit[0] in post_ids:
            found[-1] = (found[-1][0], found[-1][1], *credit)
            found.append((None, [], None, False))
        else:
            found[-1][1].append(line)
    pieces = [(title, "\n".join(lines).strip("\n"), post_id, is_taken) for title, lines, post_id, is_taken in found]
    kept = [piece for piece in pieces if piece[0] is not None or piece[1].strip() or piece[2] is not None]
    return kept if 0 < len(kept) <= MAX_BLOCKS else [(None, body.strip("\n"), None, False)]


def _lines(source: str) -> Iterable[tuple[str, bool]]:
    """Yield each line, and whether it is code or the mark around it."""
    fence = ""
    for line in source.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            yield line, True
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        else:
            fence = mark[1] if mark else ""
            yield line, bool(mark)


def escape_markdown(text: str) -> str:
    """Return plain text so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def demote_headings(source: str) -> str:
    """Return Markdown whose headings are DEMOTE levels lower (6 is the lowest); code blocks are left alone."""
    out: list[str] = []
    fence = ""
    for line in source.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif mark:
            fence = mark[1]
        elif _SETEXT.match(line) and out and not _NOT_A_HEADING.match(out[-1]) and (len(out) < 2 or not out[-2].strip()):
            level = 1 if "=" in line else 2
            out[-1] = f"{'#' * (level + DEMOTE)} {out[-1].strip()}"
            continue
        else:
            line = _ATX.sub(lambda found: found[1] + "#" * min(MAX_LEVEL, len(found[2]) + DEMOTE), line)
        out.append(line)
    return "\n".join(out)


def guess_environment(source: str) -> str:
    """Return the lines of a question that name product, version or platform, as a list; "" when there are none."""
    found = [line.replace("**", "").strip(" \t>*-") for line in source.splitlines() if _ENVIRONMENT.match(line)]
    return "\n".join(f"- {line}" for line in found[:ENVIRONMENT_LINES])


def join_wordings(titles: Iterable[str]) -> str:
    """Return titles as "asked as" lines, each wording once."""
    seen: dict[str, str] = {}
    for title in titles:
        line = " ".join(title.split())
        if line:
            seen.setdefault(line.casefold(), line)
    return "\n".join(seen.values())
