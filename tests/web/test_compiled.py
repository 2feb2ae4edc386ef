"""Compiled templates on disk: they serve the next process, never with other texts or another source, and never stop a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from app.web import compiled
from app.web.compiled import CompiledTemplates
from app.web.translating import add_translations, environment_in


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    compiled._compiler.cache_clear()
    yield
    compiled._compiler.cache_clear()


def shown(folder: Path, source: str = "{{ 1 + 1 }}", language: str = "en") -> str:
    """What a new process shows."""
    base = Environment(loader=DictLoader({"a.html": source}), autoescape=True)
    add_translations(base)
    return environment_in(base, language, CompiledTemplates(folder, language)).get_template("a.html").render()


def no_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_about: object) -> None:
        raise AssertionError("It was compiled again.")

    monkeypatch.setattr(Environment, "_parse", fail)


def test_the_next_process_compiles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert shown(tmp_path) == "2"
    no_compiling(monkeypatch)
    assert shown(tmp_path) == "2"


def test_another_source_is_another_template(tmp_path: Path):
    assert shown(tmp_path) == "2"
    assert shown(tmp_path, "{{ 2 + 1 }}") == "3"
    assert len(list(tmp_path.iterdir())) == 1


def test_each_language_has_its_own(tmp_path: Path):
    source = "{{ _('Questions') }}"
    assert shown(tmp_path, source) == "Questions"
    assert shown(tmp_path, source, "de") == "Fragen"
    assert shown(tmp_path, source) == "Questions"


def test_what_other_code_compiled_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert shown(tmp_path) == "2"
    monkeypatch.setattr(compiled, "version", lambda _name: "0")
    compiled._compiler.cache_clear()
    no_compiling(monkeypatch)
    with pytest.raises(AssertionError):
        shown(tmp_path)


@pytest.mark.parametrize("written", [b"", b"no code", b"j2"])
def test_damaged_files_are_replaced(tmp_path: Path, written: bytes):
    shown(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(written)
    assert shown(tmp_path) == "2"
    assert file.stat().st_size > 50


@pytest.mark.parametrize("length", [8, 30, 60, 120, -9])
def test_files_that_were_cut_off_are_replaced(tmp_path: Path, length: int):
    shown(tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:length])
    assert shown(tmp_path) == "2" and file.read_bytes() == whole


def test_a_page_is_shown_where_nothing_can_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    assert shown(tmp_path / "file" / "below") == "2"
