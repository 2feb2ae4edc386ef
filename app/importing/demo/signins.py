"""The sign-ins of the demo: random passwords, and the file that keeps them. Must not touch the database."""

import os
import secrets
from pathlib import Path

from app.core.records import Struct

FILE_NAME = "demo-signins.txt"
# Without letters and digits that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


class SignIn(Struct, frozen=True):
    """How to sign in as somebody."""

    name: str
    role: str
    password: str


def make_sign_ins(roles: dict[str, str]) -> list[SignIn]:
    """Return a sign-in for each handle (79 bits of chance each), grouped by role in the order given."""
    return [SignIn(name, role, _password()) for name, role in roles.items()]


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def format_sign_ins(sign_ins: list[SignIn]) -> str:
    """Return the sign-ins as a table, one a line."""
    width = max(len(one.name) for one in sign_ins)
    lines = [f"{'role':<10} {'name':<{width}} password"]
    return "\n".join([*lines, *(f"{one.role:<10} {one.name:<{width}} {one.password}" for one in sign_ins)])


def keep_sign_ins(folder: Path, sign_ins: list[SignIn]) -> Path:
    """Write the sign-ins to a file that only its owner can read, in place of an older one, and return its path."""
    path = folder / FILE_NAME
    fresh = folder / f"{FILE_NAME}.{secrets.token_hex(4)}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("Sign-ins of the demo community. Delete this file when you need them no more.\n\n")
        file.write(f"{format_sign_ins(sign_ins)}\n")
    fresh.replace(path)
    return path
