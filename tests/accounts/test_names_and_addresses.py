"""What a handle and an address may look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.addresses import checked_address, normal_address
from app.accounts.models import NAME_MAX
from app.accounts.names import checked_name, name_key
from app.accounts.services.profiles import checked_website
from app.core.errors import Invalid


@pytest.mark.parametrize("name", ["mira", "Jörg.Maß", "李小龍", "a-b_c.d", "ひろ子", "Ольга7", "x1", "नमिता"])
def test_handles_of_any_script_are_accepted(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "x" * 41,
        "two words",
        "a/b",
        "-mira",
        "mira.",
        "a..b",
        "a._b",
        "né\u0301\u0301\u0301e",
        "\u3164\u3164x",
        "mira\u200bx",
        "<b>",
        "a@b",
        "ﷺ" * 5,
    ],
)
def test_handles_that_break_a_rule_are_refused_at_their_field(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_name(name)
    assert set(refusal.value.errors) == {"name"}


@pytest.mark.parametrize("name", ["admin", "ADMIN", "ad.min", "Moderator", "staff", "settings", "new", "ａｄｍｉｎ"])
def test_reserved_names_are_refused_in_any_spelling(name: str) -> None:
    with pytest.raises(Invalid, match="kept for the site"):
        checked_name(name)


def test_the_program_itself_may_use_reserved_names() -> None:
    assert checked_name("admin", allow_reserved=True) == "admin"


def test_a_name_of_mixed_alphabets_is_refused_because_it_can_pass_for_another() -> None:
    with pytest.raises(Invalid, match="one alphabet"):
        checked_name("mirа")  # the last letter is Cyrillic


@pytest.mark.parametrize(("one", "other"), [("Mira", "mira"), ("Maß", "MASS"), ("ｍｉｒａ", "mira"), ("é", "e\u0301")])
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@given(st.text(max_size=60))
def test_whatever_is_typed_either_fits_the_column_or_is_refused(raw: str) -> None:
    try:
        name = checked_name(raw)
    except Invalid:
        return
    assert len(name_key(name)) <= NAME_MAX
    assert checked_name(name) == name


@pytest.mark.parametrize(
    ("raw", "stored"),
    [("Mira@Example.COM", "mira@example.com"), ("  a+b@x.io ", "a+b@x.io"), ("jo@bücher.example", "jo@xn--bcher-kva.example")],
)
def test_addresses_are_stored_in_one_form(raw: str, stored: str) -> None:
    assert checked_address(raw) == stored == normal_address(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "mira",
        "@x.io",
        "a@",
        "a@localhost",
        "a b@x.io",
        "a@x..io",
        "a@x.io\r\nBcc: b@x.io",
        "ü@x.io",
        "a@-x.io",
        "a@1.2.3.4",
        f"{'a' * 65}@x.io",
        f"a@{'x' * 250}.io",
        ".a@x.io",
    ],
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        checked_address(raw)


@pytest.mark.parametrize(
    "raw", ["javascript:alert(1)", "https://", "ftp://x.io", "https://a b.io", "http://[", "https://u:p@x.io", "nodots"]
)
def test_what_is_no_web_address_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        checked_website(raw)


def test_a_web_address_may_come_without_its_scheme() -> None:
    assert checked_website("example.com/me") == "https://example.com/me"
