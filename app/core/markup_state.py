"""What one rendering knows and may spend: the limits of `core.markup` and the counters that enforce them.

Owns the numbers that keep hostile text cheap. Must not parse anything.

Why each limit exists (measured on Markdown 3.11, bleach 6.4 and Pygments 2.21):

* Markdown copies the whole text of a block for every inline match, so a block's cost is its matches times its length.
* Link references let one short text repeat a long address thousands of times.
* Short table rows are padded to the width of the header.
* bleach builds a tree with html5lib, some 20 to 40 microseconds for every element, and its cost grows with nesting.
"""

from app.core.errors import Invalid
from app.core.i18n import lazy_gettext
from app.core.records import Struct, field

MAX_DEPTH = 12
"""Quotes and lists nest this deep; further markers stay text."""
MAX_INLINE_DEPTH = 40
"""Emphasis, links and the like nest this deep."""
MAX_SPECIALS = 1_500
"""A block with more characters that mean something to Markdown is shown as it was typed, as a code block."""
MAX_PARAGRAPH_LINES = 200
"""A longer paragraph is continued in a new one."""
MAX_BLOCKS = 4_000
MAX_CELLS = 4_000
MAX_COLUMNS = 60
MAX_ELEMENTS = 8_000
MAX_REFERENCES = 300
MAX_REFERENCE_CHARACTERS = 100_000
MAX_URL = 2_048
MAX_LABEL = 3_000
MAX_LABEL_DEPTH = 20
MAX_CODE_SPAN_RUNS = 60
MAX_HIGHLIGHTED = 10_000
"""Characters of code in one text that are highlighted; code beyond is shown plain."""


_MUCH_FORMATTING = lazy_gettext("This text has too much formatting. Please shorten it or put the long part in a code block.")
_DEEP = lazy_gettext("This text has formatting nested too deeply. Please shorten it or put the long part in a code block.")
_MANY_BLOCKS = lazy_gettext(
    "This text has too many paragraphs or list items. Please shorten it or put the long part in a code block."
)
_MANY_LINKS = lazy_gettext("This text has too many reference links. Please shorten it or put the long part in a code block.")


def too_formatted() -> Invalid:
    """Return the error for a text with more formatting than a page can show."""
    return Invalid({"body": _MUCH_FORMATTING})


def too_deep() -> Invalid:
    """Return the error for a text whose formatting is nested too deeply."""
    return Invalid({"body": _DEEP})


class RenderState(Struct):
    """The inputs of one rendering, its side results (`toc`, `seen`), and what is left of its budgets."""

    mentions: dict[str, str] = field(default_factory=dict)
    top_level: int = 3
    with_ids: bool = False
    inline_only: bool = False
    allow_images: bool = True
    seen: dict[str, str] = field(default_factory=dict)
    toc: list[tuple[int, str, str]] = field(default_factory=list)
    code: list[tuple[str, str]] = field(default_factory=list)
    highlighted: int = 0
    blocks_left: int = MAX_BLOCKS
    cells_left: int = MAX_CELLS
    reference_characters_left: int = MAX_REFERENCE_CHARACTERS

    def spend_block(self) -> None:
        """Count one block. Raises Invalid when there are more than a page can show."""
        self.blocks_left -= 1
        if self.blocks_left < 0:
            raise Invalid({"body": _MANY_BLOCKS})

    def spend_reference(self, url: str) -> None:
        """Count one use of a link reference. Raises Invalid when the addresses add up to too much."""
        self.reference_characters_left -= len(url)
        if self.reference_characters_left < 0:
            raise Invalid({"body": _MANY_LINKS})
