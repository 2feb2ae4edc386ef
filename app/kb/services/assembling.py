"""From chosen passages of a thread to the Markdown of an article draft. Pure text; must not read anything.

The shape is that of KCS articles: problem (in the asker's words), environment, solution, cause; each passage with its author.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.kb.models import SourceRole

HEADINGS = {
    SourceRole.PROBLEM: "Problem",
    SourceRole.ENVIRONMENT: "Environment",
    SourceRole.SOLUTION: "Solution",
    SourceRole.CAUSE: "Cause",
    SourceRole.OTHER: "Notes",
}
# The headings of the draft are level 2; those inside a passage begin below them.
DEMOTE = 2
MAX_LEVEL = 6
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"( {0,3})(#{1,6})(?=[ \t]|$)")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NOT_A_HEADING = re.compile(r"\s*$|\s{4}|\s*[|>#]|\s*[-*+][ \t]|\s*\d+[.)][ \t]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_ENVIRONMENT = re.compile(
    r"[ \t>*-]*\**(version|app version|firmware|software|hardware|model|device|os|operating system|platform|browser|database|"
    r"plan|edition|environment|phone|system)\**[ \t]*[:=]\**[ \t]*\S.{0,120}$",
    re.IGNORECASE,
)
ENVIRONMENT_LINES = 6


@dataclass(frozen=True, slots=True)
class Passage:
    """One post taken into an article: its Markdown at one revision, the part it plays, and whom to thank."""

    post_id: int
    role: SourceRole
    body_source: str
    author_name: str
    link: str
    is_accepted: bool = False


def assemble_body(passages: Sequence[Passage], environment: str = "") -> str:
    """Return the Markdown of a draft: a heading for each part that has passages, in the order of HEADINGS."""
    blocks: list[str] = []
    for role, heading in HEADINGS.items():
        chosen = [passage for passage in passages if passage.role == role]
        lines = environment.strip() if role is SourceRole.ENVIRONMENT else ""
        if not chosen and not lines:
            continue
        blocks.append(f"## {heading}")
        if lines:
            blocks.append(lines)
        for passage in chosen:
            blocks.append(demote_headings(passage.body_source.strip()))
            blocks.append(attribution(passage))
    return "\n\n".join(blocks) + "\n"


def attribution(passage: Passage) -> str:
    """Return the line that names the author of a passage and leads to the post."""
    if passage.role is SourceRole.PROBLEM:
        words = "Asked by"
    else:
        words = "From the accepted answer by" if passage.is_accepted else "From the answer by"
    return f"*{words} [{escape_markdown(passage.author_name)}]({passage.link}).*"


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
