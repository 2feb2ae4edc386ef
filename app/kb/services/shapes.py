"""The kinds of articles: what each is for, the blocks it begins with, and the blocks that can be added. Pure words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.kb.models import ArticleKind, SourceRole
from app.kb.services.blocks import Block, new_key

HEADINGS = {
    SourceRole.PROBLEM: "Problem",
    SourceRole.ENVIRONMENT: "Environment",
    SourceRole.SOLUTION: "Solution",
    SourceRole.CAUSE: "Cause",
    SourceRole.ALTERNATIVE: "If that did not help",
    SourceRole.STEP: "",
    SourceRole.QUESTION: "",
    SourceRole.OTHER: "Notes",
}
# The parts as a curator reads them.
ROLE_NAMES = {
    SourceRole.PROBLEM: "Problem",
    SourceRole.ENVIRONMENT: "Environment",
    SourceRole.SOLUTION: "Solution",
    SourceRole.CAUSE: "Cause",
    SourceRole.ALTERNATIVE: "Alternative",
    SourceRole.STEP: "Step",
    SourceRole.QUESTION: "Question and answer",
    SourceRole.OTHER: "Text",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of article. `begins_with` are its first blocks (part, heading); `parts` what can be added, the likeliest first."""

    kind: ArticleKind
    name: str
    purpose: str
    begins_with: tuple[tuple[SourceRole, str], ...]
    parts: tuple[SourceRole, ...]
    hints: dict[SourceRole, str]

    @property
    def default_part(self) -> SourceRole:
        """What an answer becomes unless a curator says otherwise."""
        return self.parts[0]

    def heading_of(self, role: SourceRole) -> str:
        """Return the usual heading of a part."""
        if self.kind is ArticleKind.FAQ:
            return ""
        return next((heading for part, heading in self.begins_with if part is role), HEADINGS[role])

    def fit(self, role: SourceRole) -> SourceRole:
        """Return the part that an answer plays in this kind of article; others stay what they are."""
        return self.default_part if role is SourceRole.SOLUTION else role


_SOLUTION = Shape(
    ArticleKind.SOLUTION, "Problem and solution", "Something does not work, and this is what helps.",
    ((SourceRole.PROBLEM, "Problem"), (SourceRole.ENVIRONMENT, "Environment"), (SourceRole.SOLUTION, "Solution"), (SourceRole.CAUSE, "Cause")),
    (SourceRole.SOLUTION, SourceRole.ALTERNATIVE, SourceRole.CAUSE, SourceRole.ENVIRONMENT, SourceRole.PROBLEM, SourceRole.OTHER),
    {
        SourceRole.PROBLEM: "What people see, in their own words: search finds the article by them.",
        SourceRole.ENVIRONMENT: "Product, version, platform: where this happens.",
        SourceRole.SOLUTION: "What to do, in order. Say how a reader knows that it worked.",
        SourceRole.CAUSE: "Why it happens, for those who want to know.",
        SourceRole.ALTERNATIVE: "What else helped somebody, and when to try it.",
    },
)  # fmt: skip
_HOWTO = Shape(
    ArticleKind.HOWTO, "How-to with steps", "A task, done step by step. Steps are numbered for you.",
    ((SourceRole.ENVIRONMENT, "What you need"), (SourceRole.STEP, ""), (SourceRole.STEP, ""), (SourceRole.SOLUTION, "The result")),
    (SourceRole.STEP, SourceRole.ENVIRONMENT, SourceRole.SOLUTION, SourceRole.ALTERNATIVE, SourceRole.OTHER),
    {
        SourceRole.ENVIRONMENT: "What has to be there before the first step.",
        SourceRole.STEP: "One thing to do. The heading says what, the text says how.",
        SourceRole.SOLUTION: "What the reader has now, and how to check it.",
    },
)  # fmt: skip
_FAQ = Shape(
    ArticleKind.FAQ, "Short answer", "A question and its answer in a few lines, shown folded in its section.",
    ((SourceRole.QUESTION, ""),),
    (SourceRole.QUESTION, SourceRole.OTHER),
    {SourceRole.QUESTION: "The heading is a further question; without one, this answers the title."},
)  # fmt: skip
_REFERENCE = Shape(
    ArticleKind.REFERENCE, "Reference", "Facts to look up: settings, limits, lists.",
    ((SourceRole.OTHER, "Overview"), (SourceRole.OTHER, "Details"), (SourceRole.OTHER, "See also")),
    (SourceRole.OTHER, SourceRole.ENVIRONMENT, SourceRole.ALTERNATIVE),
    {SourceRole.OTHER: "Tables and lists are read more easily than sentences here."},
)  # fmt: skip
SHAPES = {shape.kind: shape for shape in (_SOLUTION, _HOWTO, _FAQ, _REFERENCE)}


def shape_of(kind: str) -> Shape:
    """Return the shape of a kind; an unknown one is a problem and its solution."""
    return SHAPES.get(ArticleKind(kind) if kind in set(ArticleKind) else ArticleKind.SOLUTION, _SOLUTION)


def first_blocks(kind: str) -> tuple[Block, ...]:
    """Return the empty blocks that an article of this kind begins with."""
    return tuple(Block(new_key(), role, title) for role, title in shape_of(kind).begins_with)


def empty_block(kind: str, role: str, beside: Sequence[Block]) -> Block:
    """Return an empty block of a part; the first of its part among the others has the usual heading."""
    shape = shape_of(kind)
    chosen = SourceRole(role) if role in set(SourceRole) else shape.default_part
    is_first = all(block.role is not chosen for block in beside)
    return Block(new_key(), chosen, shape.heading_of(chosen) if is_first else "")


def arrange(kind: str, taken: Sequence[Block]) -> tuple[Block, ...]:
    """Return passages in the order of this kind of article, each part under its usual heading, with empty blocks for parts that
    are still missing.
    """
    shape = shape_of(kind)
    usual = [role for role, _heading in shape.begins_with]
    arranged: list[Block] = []
    for role in dict.fromkeys([SourceRole.PROBLEM, *usual, *HEADINGS]):
        own = [block for block in taken if block.role is role]
        if own:
            arranged.append(replace(own[0], title=own[0].title or shape.heading_of(role)))
            arranged.extend(own[1:])
        elif role in usual:
            arranged.append(Block(new_key(), role, shape.heading_of(role)))
    return tuple(arranged)
