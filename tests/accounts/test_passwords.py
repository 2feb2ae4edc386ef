"""Hashing, verifying and the rules for passwords."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from app.accounts.services import passwords
from app.core.errors import Invalid
from tests.conftest import CHOSEN_HASHER


@pytest.fixture(autouse=True)
def chosen_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as in production."""
    monkeypatch.setattr(passwords, "_hasher", CHOSEN_HASHER)


def test_hashes_are_argon2id_with_the_costs_we_chose() -> None:
    assert passwords.hash_password("a heron in the reeds").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_matches_its_hash_in_any_unicode_form_and_no_other() -> None:
    stored = passwords.hash_password("schöne Grüße")
    assert passwords.verify_password(stored, "scho\u0308ne Gru\u0308ße")
    assert not passwords.verify_password(stored, "schöne Grüsse")


@pytest.mark.parametrize("stored", [None, "", "rubbish", "$argon2id$v=19$m=19456,t=2,p=1$YWJjZGVmZ2g$"])
def test_without_a_usable_hash_nothing_matches(stored: str | None) -> None:
    assert not passwords.verify_password(stored, "nobody has this password")


def test_nothing_longer_than_a_password_can_be_ever_matches() -> None:
    stored = passwords.hash_password("x" * 201)
    assert not passwords.verify_password(stored, "x" * 201)
    assert not passwords.verify_password(stored, "x" * 100_000)


def test_a_lone_surrogate_and_null_bytes_crash_nothing() -> None:
    stored = passwords.hash_password("null\x00byte here")
    assert passwords.verify_password(stored, "null\x00byte here")
    assert not passwords.verify_password(stored, "\ud800" * 12)


def test_hashes_of_other_costs_are_due_for_renewal() -> None:
    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.needs_rehash(passwords.hash_password("x"))


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 201, "1234567890", "Password123", "aaaaaaaaaaaa", "qwertyuiop", "miraculous9", "MIRACULOUS9", "someone@x.io"],
)
def test_weak_passwords_are_refused_at_their_field(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check_password_rules(password, "miraculous9", "someone@x.io")
    assert set(refusal.value.errors) == {"password"}


def test_a_sentence_that_holds_the_name_is_fine() -> None:
    passwords.check_password_rules("mira likes the herons", "mira")
