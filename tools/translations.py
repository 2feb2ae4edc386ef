"""The catalogs of messages: collecting messages from code and templates, adding texts, compiling (docs/languages.md).

python -m tools.translations update            collect anew, keep all texts that are there, compile
python -m tools.translations missing [PREFIX]  print messages without a text as JSON (of files below PREFIX), to be filled in
python -m tools.translations add FILE...       take texts from such JSON files into the catalogs, compile
python -m tools.translations prune             as update, and forget texts of messages that are not there any more
python -m tools.translations counts            print how many messages each package has, and how many lack a text
"""

import ast
import fcntl
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from app.core.i18n import DOMAIN, LANGUAGES, SOURCE, TRANSLATIONS
from app.web.translating import add_translations

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
TARGETS = tuple(language for language in LANGUAGES if language != SOURCE)
_SINGLE = frozenset(("_", "gettext", "lazy_gettext"))
_WITH_CONTEXT = frozenset(("pgettext", "lazy_pgettext"))
_PLACE = re.compile(r"%\((\w+)\)s|%%|%")
_TAG = re.compile(r"</?[a-z][^>]*>")
_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # texts are what changes, not when
Identity = str | tuple[str, ...]


class Found(NamedTuple):
    """One use of a message: the file, the message (with its plural if there is one) and the context, which is mostly empty."""

    file: str
    message: Identity
    context: str | None


@lru_cache(maxsize=1)
def jinja() -> Environment:
    """Return an environment that reads our templates as the application does."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
    add_translations(environment)
    return environment


@lru_cache(maxsize=400)
def parse_template(path: Path) -> Any:
    """Return the syntax tree of a template."""
    return jinja().parse(path.read_text(encoding="utf-8"))


def template_files() -> list[Path]:
    """Return all templates."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def in_template(tree: Any, file: str) -> Iterator[Found]:
    """Find the messages of a template."""
    for _line, function, given in extract_from_ast(tree, ("_", "gettext", "ngettext", "pgettext")):
        texts = [text for text in (given if isinstance(given, tuple) else (given,)) if isinstance(text, str)]
        if function == "ngettext":
            yield Found(file, tuple(texts[:2]), None)
        elif function == "pgettext":
            yield Found(file, texts[1], texts[0])
        elif texts:
            yield Found(file, texts[0], None)


def in_code(tree: ast.AST, file: str) -> Iterator[Found]:
    """Find the messages of a module. Raises ValueError where a message is no constant."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        texts = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
        if name in _SINGLE and texts and isinstance(texts[0], str):
            yield Found(file, texts[0], None)
        elif name == "ngettext" and isinstance(texts[0], str) and isinstance(texts[1], str):
            yield Found(file, (texts[0], texts[1]), None)
        elif name in _WITH_CONTEXT and isinstance(texts[0], str) and isinstance(texts[1], str):
            yield Found(file, texts[1], texts[0])


def speaks(source: str) -> bool:
    """Whether a module has texts at all."""
    return "app.core.i18n import" in source


def collect() -> list[Found]:
    """Find all messages, in the order of files and lines."""
    found: list[Found] = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if speaks(source) and path.name != "i18n.py":
            found += in_code(ast.parse(source), path.relative_to(ROOT).as_posix())
    for path in template_files():
        found += in_template(parse_template(path), path.relative_to(ROOT).as_posix())
    return found


def catalog_path(language: str, ending: str = "po") -> Path:
    """Return where a catalog is kept."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def read_catalog(language: str) -> Catalog:
    """Return the catalog of a language as it is kept; an empty one if there is none."""
    path = catalog_path(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _empty(language: str) -> Catalog:
    catalog = Catalog(
        locale=language, project="Threadwell", version="1", msgid_bugs_address="-", last_translator="-", language_team=language,
        creation_date=_DATE, revision_date=_DATE, fuzzy=False,
    )  # fmt: skip
    catalog.header_comment = (
        "# The texts of Threadwell. Written by `make translations`; docs/languages.md says how texts are changed."
    )
    return catalog


def renewed(language: str, found: list[Found], known: Catalog, is_pruned: bool = False) -> Catalog:
    """Return a catalog of the messages that were found, with the texts that are known; others are kept as unused unless pruned."""
    made = _empty(language)
    texts = {_key(message): message.string for message in [*known.obsolete.values(), *known] if message.id}
    for file, identity, context in found:
        message = made.add(identity, locations=[(file, 1)], context=context)
        text = texts.pop(_key(message), None)
        if text:
            message.string = text
    if not is_pruned:
        for (context, single, plural), text in texts.items():
            if text and any(text):
                identity = (single, plural) if plural else single
                unused = Message(identity, text, context=context)
                made.obsolete[made._key_for(identity, context)] = unused
    for message in made:
        message.locations = sorted(set(message.locations))
    return made


def _key(message: Message) -> tuple[str | None, str, str | None]:
    single, plural = message.id if isinstance(message.id, tuple | list) else (message.id, None)
    return message.context, single, plural


def po_bytes(catalog: Catalog) -> bytes:
    """Return a catalog as text, the same for the same texts."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, include_lineno=False, sort_by_file=False)
    return out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """Return a catalog as programs read it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def store(language: str, catalog: Catalog) -> None:
    """Write a catalog in both forms."""
    path = catalog_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_bytes(catalog))
    catalog_path(language, "mo").write_bytes(mo_bytes(read_catalog(language)))


@contextmanager
def alone() -> Iterator[None]:
    """Let nobody else change the catalogs meanwhile."""
    with (TRANSLATIONS / "__init__.py").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_told(message: Message) -> bool:
    """Whether a message has its text, in all forms."""
    return bool(message.string) and (isinstance(message.string, str) or all(message.string))


def forms_of(message: Message) -> tuple[str, ...]:
    """Return the text of a message in all its forms."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def faults(message: Message) -> list[str]:
    """Return what is wrong with the text of a message: a place or a tag that is lost or new, quotes, space or address that do not fit."""
    singles = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted, tags = set(places(singles[-1])), Counter(_TAG.findall(singles[-1]))
    wrong = []
    for text in forms_of(message):
        if set(places(text)) - wanted or set(places(singles[0])) - set(places(text)) - {"num"}:
            wrong.append(f"{singles[0]!r}: places {places(text)} instead of {sorted(wanted)}")
        if Counter(_TAG.findall(text)) != tags:
            wrong.append(f"{singles[0]!r}: other tags than the message has")
        if text[:1].isspace() != singles[0][:1].isspace() or text[-1:].isspace() != singles[0][-1:].isspace():
            wrong.append(f"{singles[0]!r}: begins or ends with space where the message does not, or the other way round")
        if '"' in _TAG.sub("", text) and '"' not in _TAG.sub("", singles[0]):
            wrong.append(f"{singles[0]!r}: a straight quotation mark ends attributes; use the ones of the language")
        if "您" in text:
            wrong.append(f"{singles[0]!r}: says 您 where everything else says 你 (docs/languages.md)")
    return wrong


def places(text: str) -> list[str]:
    """Return what a text leaves room for."""
    return sorted(place.group(1) or place.group(0) for place in _PLACE.finditer(text) if place.group(0) != "%")


def take(entries: list[dict[str, Any]], language: str, catalog: Catalog) -> list[str]:
    """Put texts into a catalog; return what is wrong with them, each of which is left out."""
    wrong = []
    for entry in entries:
        text = entry.get(language)
        if not text:
            continue
        identity = (entry["id"], entry["plural"]) if entry.get("plural") else entry["id"]
        message = catalog.get(identity if isinstance(identity, str) else identity[0], entry.get("context"))
        if message is None or (message.id if isinstance(message.id, str) else tuple(message.id)) != identity:
            wrong.append(f"{entry['id']!r}: there is no such message")
            continue
        forms = (text,) if isinstance(text, str) else tuple(text)
        is_counted = not isinstance(identity, str)
        candidate = Message(identity, forms if is_counted else forms[0], context=message.context)
        found = faults(candidate)
        if is_counted and len(forms) != catalog.num_plurals:
            found.append(f"{entry['id']!r}: {language} has {catalog.num_plurals} form(s), a list of so many texts is needed")
        if not found:
            message.string = candidate.string
        wrong += found
    return [f"{language}: {line}" for line in wrong]


def update(is_pruned: bool = False, files: list[str] | None = None) -> list[str]:
    """Collect messages anew into all catalogs, take texts from files, compile. Return what is wrong with the texts."""
    entries = [entry for file in files or [] for entry in json.loads(Path(file).read_text(encoding="utf-8"))]
    wrong: list[str] = []
    found = collect()
    with alone():
        for language in TARGETS:
            catalog = renewed(language, found, read_catalog(language), is_pruned)
            wrong += take(entries, language, catalog)
            store(language, catalog)
    return wrong


def missing(prefixes: list[str]) -> list[dict[str, Any]]:
    """Return the messages that lack a text in some language, as entries to be filled in."""
    found, entries = collect(), {}
    for language in TARGETS:
        for message in renewed(language, found, read_catalog(language)):
            files = [file for file, _line in message.locations]
            if not message.id or is_told(message) or not any(file.startswith(tuple(prefixes) or "") for file in files):
                continue
            context, single, plural = _key(message)
            entry = entries.setdefault(_key(message), {"id": single, "where": files[:3]})
            entry |= {"plural": plural} if plural else {}
            entry |= {"context": context} if context else {}
            entry[language] = [""] * (1 if language == "zh" else 2) if plural else ""
    return list(entries.values())


def counts() -> dict[str, tuple[int, int]]:
    """Return for each package (by the first file of a message) how many messages it has and how many lack a text."""
    every, left = Counter(), Counter()
    lacking = {(entry["id"], entry.get("plural")) for entry in missing([])}
    seen: set[tuple[str | None, Identity]] = set()
    for file, identity, context in collect():
        if (context, identity) in seen:
            continue
        seen.add((context, identity))
        package = "/".join(file.split("/")[:2])
        every[package] += 1
        left[package] += ((identity, None) if isinstance(identity, str) else identity) in lacking
    return {package: (every[package], left[package]) for package in sorted(every)}


def main(arguments: list[str]) -> int:
    """Run a command; see the text above."""
    match arguments:
        case ["update"]:
            update()
        case ["prune"]:
            update(is_pruned=True)
        case ["missing", *prefixes]:
            print(json.dumps(missing(prefixes), ensure_ascii=False, indent=1))
        case ["add", *files] if files:
            wrong = update(files=files)
            print("\n".join(wrong) or "All texts were taken.")
            return bool(wrong)
        case ["counts"]:
            for package, (every, left) in counts().items():
                print(f"{package:32}{every:6}{left:6}")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
