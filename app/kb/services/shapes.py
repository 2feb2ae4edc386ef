"""The kinds of articles: what each is for, the blocks it begins with, and the blocks that can be added. Pure words."""

from collections.abc import Sequence
from functools import lru_cache

from app.core.i18n import LANGUAGES, lazy_gettext, speaking
from app.core.records import Struct, replace
from app.kb.models import ArticleKind, SourceRole
from app.kb.services.blocks import Block, new_key

HEADINGS = {
    SourceRole.PROBLEM: lazy_gettext("Problem"),
    SourceRole.ENVIRONMENT: lazy_gettext("Environment"),
    SourceRole.SOLUTION: lazy_gettext("Solution"),
    SourceRole.CAUSE: lazy_gettext("Cause"),
    SourceRole.ALTERNATIVE: lazy_gettext("If that did not help"),
    SourceRole.STEP: "",
    SourceRole.QUESTION: "",
    SourceRole.OTHER: lazy_gettext("Notes"),
}
# The parts as a curator reads them.
ROLE_NAMES = {
    SourceRole.PROBLEM: lazy_gettext("Problem"),
    SourceRole.ENVIRONMENT: lazy_gettext("Environment"),
    SourceRole.SOLUTION: lazy_gettext("Solution"),
    SourceRole.CAUSE: lazy_gettext("Cause"),
    SourceRole.ALTERNATIVE: lazy_gettext("Alternative"),
    SourceRole.STEP: lazy_gettext("Step"),
    SourceRole.QUESTION: lazy_gettext("Question and answer"),
    SourceRole.OTHER: lazy_gettext("Text"),
}


class Shape(Struct, frozen=True):
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
        """Return the usual heading of a part, in the language of the site."""
        if self.kind is ArticleKind.FAQ:
            return ""
        return _written(next((heading for part, heading in self.begins_with if part is role), HEADINGS[role]))

    def fit(self, role: SourceRole) -> SourceRole:
        """Return the part that an answer plays in this kind of article; others stay what they are."""
        return self.default_part if role is SourceRole.SOLUTION else role


_SOLUTION = Shape(
    ArticleKind.SOLUTION, lazy_gettext("Problem and solution"), lazy_gettext("Something does not work, and this is what helps."),
    ((SourceRole.PROBLEM, lazy_gettext("Problem")), (SourceRole.ENVIRONMENT, lazy_gettext("Environment")), (SourceRole.SOLUTION,
    lazy_gettext("Solution")), (SourceRole.CAUSE, lazy_gettext("Cause"))),
    (SourceRole.SOLUTION, SourceRole.ALTERNATIVE, SourceRole.CAUSE, SourceRole.ENVIRONMENT, SourceRole.PROBLEM, SourceRole.OTHER),
    {
        SourceRole.PROBLEM: lazy_gettext("What people see, in their own words: search finds the article by them."),
        SourceRole.ENVIRONMENT: lazy_gettext("Product, version, platform: where this happens."),
        SourceRole.SOLUTION: lazy_gettext("What to do, in order. Say how a reader knows that it worked."),
        SourceRole.CAUSE: lazy_gettext("Why it happens, for those who want to know."),
        SourceRole.ALTERNATIVE: lazy_gettext("What else helped somebody, and when to try it."),
    },
)  # fmt: skip
_HOWTO = Shape(
    ArticleKind.HOWTO, lazy_gettext("How-to with steps"), lazy_gettext("A task, done step by step. Steps are numbered for you."),
    ((SourceRole.ENVIRONMENT, lazy_gettext("What you need")), (SourceRole.STEP, ""), (SourceRole.STEP, ""), (SourceRole.SOLUTION,
    lazy_gettext("The result"))),
    (SourceRole.STEP, SourceRole.ENVIRONMENT, SourceRole.SOLUTION, SourceRole.ALTERNATIVE, SourceRole.OTHER),
    {
        SourceRole.ENVIRONMENT: lazy_gettext("What has to be there before the first step."),
        SourceRole.STEP: lazy_gettext("One thing to do. The heading says what, the text says how."),
        SourceRole.SOLUTION: lazy_gettext("What the reader has now, and how to check it."),
    },
)  # fmt: skip
_FAQ = Shape(
    ArticleKind.FAQ, lazy_gettext("Short answer"), lazy_gettext("A question and its answer in a few lines, shown folded in its section."),
    ((SourceRole.QUESTION, ""),),
    (SourceRole.QUESTION, SourceRole.OTHER),
    {SourceRole.QUESTION: lazy_gettext("The heading is a further question; without one, this answers the title.")},
)  # fmt: skip
_REFERENCE = Shape(
    ArticleKind.REFERENCE, lazy_gettext("Reference"), lazy_gettext("Facts to look up: settings, limits, lists."),
    ((SourceRole.OTHER, lazy_gettext("Overview")), (SourceRole.OTHER, lazy_gettext("Details")), (SourceRole.OTHER, lazy_gettext("See also"))),
    (SourceRole.OTHER, SourceRole.ENVIRONMENT, SourceRole.ALTERNATIVE),
    {SourceRole.OTHER: lazy_gettext("Tables and lists are read more easily than sentences here.")},
)  # fmt: skip
SHAPES = {shape.kind: shape for shape in (_SOLUTION, _HOWTO, _FAQ, _REFERENCE)}


def _written(heading: str) -> str:
    """Return a heading as it is written into an article: for all its readers, so in the language of the site."""
    with speaking(None):
        return str(heading)


@lru_cache(maxsize=1)
def roles_by_heading() -> dict[str, SourceRole]:
    """Return the part that each usual heading stands for, in all languages; without the case of letters."""
    found: dict[str, SourceRole] = {}
    for language in LANGUAGES:
        with speaking(language):
            for role, heading in HEADINGS.items():
                found.setdefault(str(heading).casefold(), role)
    return {heading: role for heading, role in found.items() if heading}


def shape_of(kind: str) -> Shape:
    """Return the shape of a kind; an unknown one is a problem and its solution."""
    return SHAPES.get(ArticleKind(kind) if kind in set(ArticleKind) else ArticleKind.SOLUTION, _SOLUTION)


def first_blocks(kind: str) -> tuple[Block, ...]:
    """Return the empty blocks that an article of this kind begins with."""
    return tuple(Block(new_key(), role, _written(title)) for role, title in shape_of(kind).begins_with)


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
