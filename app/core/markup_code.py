"""Code blocks as HTML with Pygments' short class names, so that the style sheet decides the colours.

Owns which languages are highlighted. Must not produce inline styles. Only lexers on the list below run: Pygments has
hundreds, some with patterns that take minutes on hostile text; these were measured (`tests/core/test_markup_hostile.py`).
"""

import re
from functools import lru_cache
from html import escape
from itertools import groupby

from pygments import lex  # type: ignore[import-untyped]
from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import STANDARD_TYPES, _TokenType  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

LANGUAGES = frozenset(
    [
        "bash",
        "batch",
        "c",
        "cmake",
        "cpp",
        "csharp",
        "css",
        "dart",
        "diff",
        "docker",
        "elixir",
        "go",
        "graphql",
        "groovy",
        "haskell",
        "html",
        "http",
        "ini",
        "java",
        "javascript",
        "json",
        "kotlin",
        "lua",
        "make",
        "nginx",
        "objective-c",
        "perl",
        "php",
        "powershell",
        "properties",
        "python",
        "ruby",
        "rust",
        "scala",
        "scss",
        "sql",
        "swift",
        "toml",
        "typescript",
        "xml",
        "yaml",
    ]
)
"""Names as Pygments knows them; its aliases (`js`, `py`, `sh`, `yml`) are understood too."""
MAX_LINE = 1_000
"""A longer line (minified code, a log) makes the block plain."""
MAX_TOKENS = 4_000
BACKTRACKING = frozenset({"c", "cpp", "csharp", "groovy", "java", "objective-c"})
"""Lexers whose pattern for a function's head tries every split of a run of words and white space: 12,000 characters
of empty lines take 5 seconds, of one-letter lines over 10 in C#. They see no longer run than `MAX_RUN`."""
MAX_RUN = 300
STYLED = frozenset({
    "c", "c1", "cm", "ch", "cs", "cpf", "k", "kc", "kd", "kn", "kp", "kr", "kt", "ow", "cp", "s", "sa",
    "sb", "sc", "dl", "sd", "s1", "s2", "sh", "sx", "sr", "ss", "se", "si", "ld", "m", "mb", "mf", "mh",
    "mi", "mo", "il", "no", "nf", "fm", "nc", "nn", "nb", "bp", "nt", "na", "nd", "ne", "nl", "vc", "vg",
    "vi", "gi", "gd", "gh", "gu", "ge", "gs", "gr", "gp", "go",
})  # fmt: skip
"""Classes that the style sheet gives a look; what has none stays plain, which keeps pages light."""
_RUN = re.compile(r"[\w\s.*&<>\[\]:,~?@]+")


def code_html(code: str, language: str, may_highlight: bool = True) -> str:
    """Return a `<pre>` for `code`. `language` is what the author wrote after the fence and may be anything."""
    lexer = find_lexer(language) if language else None
    label = f' class="language-{escape(lexer.aliases[0])}"' if lexer else ""
    body = _highlighted(code, lexer) if lexer and may_highlight else None
    return f'<pre class="highlight" tabindex="0"><code{label}>{body or _escaped(code)}</code></pre>'


def find_lexer(language: str) -> Lexer | None:
    """Return the lexer for a language name or alias, or None when it is unknown or not on our list."""
    name = language.lower().removeprefix("lang-").removeprefix("language-")
    return _lexer(name) if len(name) <= 20 else None


@lru_cache(maxsize=256)
def _lexer(name: str) -> Lexer | None:
    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer if LANGUAGES.intersection(lexer.aliases) else None


def _highlighted(code: str, lexer: Lexer) -> str | None:
    """Return the spans of `code`, or None when it has too long lines or too many tokens."""
    if any(len(line) > MAX_LINE for line in code.split("\n")) or _would_backtrack(code, lexer):
        return None
    parts: list[str] = []
    runs = groupby(lex(code, lexer), lambda token: _css_class(token[0]))
    for count, (css, tokens) in enumerate(runs):
        if count >= MAX_TOKENS:
            return None
        shown = _escaped("".join(text for _kind, text in tokens))
        parts.append(f'<span class="{css}">{shown}</span>' if css else shown)
    return "".join(parts)


def _escaped(code: str) -> str:
    """Escape what starts a tag or an entity; `>` is left to bleach, to which each entity costs as much as a tag."""
    return code.replace("&", "&amp;").replace("<", "&lt;")


def _would_backtrack(code: str, lexer: Lexer) -> bool:
    risky = BACKTRACKING.intersection(lexer.aliases)
    return bool(risky) and any(len(run[0]) > MAX_RUN for run in _RUN.finditer(code))


def _css_class(kind: _TokenType) -> str:
    while kind not in STANDARD_TYPES and kind.parent:
        kind = kind.parent
    name = STANDARD_TYPES.get(kind, "")
    return name if name in STYLED else ""
