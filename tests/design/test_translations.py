"""Nothing that people read is left in one language: not in templates, not in code, not in the catalogs.

Modules that speak to operators and programs only stand in a list below.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from gettext import GNUTranslations
from io import BytesIO
from typing import Any

import pytest
from jinja2 import nodes

from tools import translations
from tools.translations import (
    ROOT,
    TARGETS,
    Found,
    catalog_path,
    faults,
    is_told,
    parse_template,
    read_catalog,
    renewed,
    template_files,
)

# What only operators read, in English.
FOR_OPERATORS = ("app/importing/", "app/cli", "app/operating.py")
# Pages that only developers of Threadwell read.
FOR_DEVELOPERS = ("pages/style",)
# What is the same in every language.
NAMES = re.compile(
    r"\b(?:Markdown|Threadwell|CSV|JSON|UTF-8|UTC|DSV|Atom|IndexNow|OpenAPI|Esc|Tab|Enter|Ctrl|Shift|Alt|Cmd|Home|End)\b|&#?\w+;|/[a-z]+/\d+|\b(?:tag|is|in|user):\w*"
)
WORD = re.compile(r"[^\W\d_]{2}")
SEEN_ATTRIBUTES = re.compile(r"\s(?:aria-label|aria-description|title|placeholder|alt)=\"([^\"]*)\"")
REFUSALS = frozenset(
    (
        "NotFound",
        "Gone",
        "Forbidden",
        "Invalid",
        "Conflict",
        "TooMany",
        "BadRequest",
        "flash",
        "Head",
        "SelectChoice",
        "reason_field",
    )
)
FIELDS = re.compile(r"^[A-Z]\w*Field$")
SAYING = frozenset(("_", "gettext", "ngettext", "pgettext", "lazy_gettext", "lazy_pgettext"))


@lru_cache(maxsize=1)
def found() -> list[Found]:
    return translations.collect()


def said_in(tree: nodes.Template) -> Iterator[str]:
    """Yield the words of a template that no translation reaches: between tags, in attributes that are read, in expressions shown."""
    classes = [block for block in tree.find_all(nodes.Block) if block.name.endswith("_class")]
    unread = {id(output) for block in classes for output in block.find_all(nodes.Output)}
    html = "".join(
        one.data if isinstance(one, nodes.TemplateData) else "\x00"
        for output in tree.find_all(nodes.Output)
        if id(output) not in unread
        for one in output.nodes
    )
    html = re.sub(r"<!--.*?-->|<(style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    yield from (value for value in SEEN_ATTRIBUTES.findall(html))
    yield from re.sub(r'<(?:[^<>"]|"[^"]*")*>', "\n", html).replace("\x00", "\n").splitlines()
    for output in tree.find_all(nodes.Output):
        for one in output.nodes:
            yield from _results(one)


def _results(node: nodes.Node) -> Iterator[str]:
    """Yield constant texts that an expression comes to, where they are sentences: a class or a key is one word."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and re.search(r"[A-Za-z]{2,} [a-z]{2,} ", node.value):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        for part in (node.expr1, node.expr2):
            yield from _results(part) if part is not None else ()
    elif isinstance(node, nodes.Call) and not (isinstance(node.node, nodes.Name) and node.node.name in SAYING):
        for argument in [*node.args, *(pair.value for pair in node.kwargs)]:
            yield from _results(argument)


def test_everything_that_templates_say_can_be_translated():
    bare = []
    for path in template_files():
        name = path.relative_to(translations.TEMPLATES).as_posix()
        if not name.startswith(FOR_DEVELOPERS):
            said = said_in(parse_template(path))
            bare += [f"{name}: {text.strip()}" for text in said if WORD.search(NAMES.sub("", text))]
    assert not bare, "\n".join(bare)


def bare_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield texts that are given as they stand to what shows them to people."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        shown: list[Any] = [pair.value for pair in node.keywords if pair.arg in ("message", "label", "description")]
        if name in REFUSALS or FIELDS.match(name):
            shown += node.args[1:2] if name == "SelectChoice" else node.args[:1]
        elif not name.endswith(("Required", "Length", "Range", "Regexp", "AnyOf")):
            continue
        for one in shown:
            parts = one.values if isinstance(one, ast.Dict) else [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]
            yield from ((part.lineno, ast.unparse(part)) for part in parts if _is_bare(part))


def _is_bare(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and WORD.search(str(part.value)) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(WORD.search(NAMES.sub("", node.value)))


def test_everything_that_code_tells_people_can_be_translated():
    bare = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(FOR_OPERATORS) and "/cli" not in name:
            bare += [f"{name}:{line} {text}" for line, text in bare_texts(ast.parse(path.read_text(encoding="utf-8")))]
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("language", TARGETS)
def test_a_catalog_has_every_message_and_says_it_right(language: str):
    kept = read_catalog(language)
    assert translations.po_bytes(renewed(language, found(), kept)) == translations.po_bytes(kept), "run `make translations`"
    messages = [message for message in kept if message.id]
    lacking = [message.id for message in messages if not is_told(message)]
    assert not lacking, f"{len(lacking)} messages have no text: {lacking[:20]}"
    assert not any(message.fuzzy for message in messages)
    assert [line for message in messages if is_told(message) for line in faults(message)] == []


@pytest.mark.parametrize("language", TARGETS)
def test_what_programs_read_is_what_people_wrote(language: str):
    programs = GNUTranslations(BytesIO(catalog_path(language, "mo").read_bytes()))._catalog  # type: ignore[attr-defined]
    written = GNUTranslations(BytesIO(translations.mo_bytes(read_catalog(language))))._catalog  # type: ignore[attr-defined]
    assert {key: text for key, text in programs.items() if key} == {key: text for key, text in written.items() if key}
