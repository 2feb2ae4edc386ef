"""Rules of the house, as tests: they hold without anybody remembering them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
SOURCES = sorted(APP.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MARKERS = {"public", "members", "staff", "curators", "moderators", "admins"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}
# Modules that may be longer, each with its reason.
LONG_MODULES: dict[str, str] = {
    "app/forum/policies.py": "all rules of the forum on one screen is the point of the file",
    "app/core/settings.py": "every setting is declared in one place, each with its words",
    "app/registry.py": "the one list of what the application is made of",
}


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_only_the_unit_of_work_commits():
    offenders = [names(p) for p in SOURCES if re.search(r"session\.commit\(", p.read_text()) and names(p) != "app/core/uow.py"]
    assert not offenders


def test_locks_let_others_refer_to_the_row():
    """Plain FOR UPDATE makes whoever writes a row that refers to the locked one wait, and lock orders deadlock on PostgreSQL.

    Who silences people means to wait for what they are writing: one account at a time, and for no text after that.
    """
    waits = {"app/accounts/queries.py", "app/accounts/services/restricting_many.py"}
    plain = re.compile(r'with_for_update(?!\([^)]*key_share=True|={"key_share": True})')
    found = {names(path) for path in SOURCES if plain.search(path.read_text(encoding="utf-8"))}
    assert found <= waits


def test_nobody_reads_the_clock_behind_our_back():
    pattern = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(")
    offenders = [names(p) for p in SOURCES if pattern.search(p.read_text()) and names(p) != "app/core/clock.py"]
    assert not offenders


def test_no_module_is_a_dumping_ground():
    assert not [names(p) for p in SOURCES if p.stem in FORBIDDEN_NAMES]


def test_every_module_says_what_it_owns():
    silent = [names(p) for p in SOURCES if p.stat().st_size and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert not silent


def test_our_own_code_is_imported_at_the_top():
    offenders = []
    for path in SOURCES:
        for function in functions(path):
            for node in ast.walk(function):
                module = node.module if isinstance(node, ast.ImportFrom) else ""
                if module and module.startswith("app."):
                    offenders.append(f"{names(path)}:{node.lineno}")
    assert not offenders


def test_modules_and_functions_stay_small():
    long_modules = [names(p) for p in SOURCES if len(p.read_text().splitlines()) > 330 and names(p) not in LONG_MODULES]
    long_functions = [
        f"{names(p)}:{f.name} ({f.end_lineno - f.lineno + 1})"
        for p in SOURCES
        for f in functions(p)
        if (f.end_lineno or 0) - f.lineno + 1 > 50
    ]
    assert not long_modules and not long_functions


def test_templates_stay_small():
    assert not [names(t) for t in TEMPLATES if len(t.read_text().splitlines()) > 130]


def test_templates_carry_no_inline_code():
    pattern = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(src=|application/ld\+json))", re.IGNORECASE)
    pages = [t for t in TEMPLATES if t.parent.name != "email"]  # mail programs know no style sheets
    assert not [names(t) for t in pages if pattern.search(t.read_text())]


def test_text_is_called_safe_only_where_it_was_sanitised():
    """HTML from the database is wrapped in Markup where it is read; templates never use the `safe` filter."""
    assert not [names(t) for t in TEMPLATES if re.search(r"\|\s*safe\b", t.read_text())]


def test_relationships_never_load_lazily():
    offenders = []
    for path in SOURCES:
        for line in path.read_text().splitlines():
            if re.search(r"=\s*relationship\(", line) and 'lazy="raise_on_sql"' not in line:
                offenders.append(f"{names(path)}: {line.strip()}")
    assert not offenders


def test_every_route_says_who_may_call_it(app: Flask):
    unmarked = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", None) not in MARKERS
    ]
    assert not unmarked


def test_importing_a_blueprint_brings_all_its_routes_along():
    """Each package of routes imports its modules; one that nobody names would have no addresses."""
    for path in SOURCES:
        if path.stem == "__init__" or "@blueprint." not in path.read_text():
            continue
        package = ast.parse((path.parent / "__init__.py").read_text())
        imported = {name.name for node in package.body if isinstance(node, ast.ImportFrom) for name in node.names}
        assert path.stem in imported, f"{names(path)} is not imported by its package"


def test_addresses_are_plain_and_typed(app: Flask):
    for rule in app.url_map.iter_rules():
        static = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/._-]*", static), rule.rule
        for converter, name in re.findall(r"<(?:([a-z]+):)?([a-z_]+)>", rule.rule):
            assert not name.endswith("_id") or converter == "id", f"{rule.rule}: {name} must be <id:...>"


def test_safe_methods_and_unsafe_methods_have_views_of_their_own(app: Flask):
    """A view that answers both GET and POST hides a write among reads."""
    mixed = [r.rule for r in app.url_map.iter_rules() if {"GET", "POST"} <= (r.methods or set())]
    assert not mixed


def test_there_is_no_unfinished_work():
    pattern = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert not [names(p) for p in [*SOURCES, *TEMPLATES] if pattern.search(p.read_text())]


def test_every_setting_is_documented():
    from dataclasses import fields

    from app.core.settings import Settings

    operating = ROOT / "docs" / "operating.md"
    if not operating.exists():
        pytest.fail("docs/operating.md is missing")
    text = operating.read_text()
    missing = [f.metadata["env"] for f in fields(Settings) if "env" in f.metadata and f"`{f.metadata['env']}`" not in text]
    assert not missing


def test_links_to_files_in_the_documentation_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{names(page)}: {target}")
    assert not broken
