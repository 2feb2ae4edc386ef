"""Paths of account pages, for pages, mails and workers alike."""

from functools import lru_cache
from urllib.parse import quote


@lru_cache(maxsize=2048)
def person_path(name: str) -> str:
    """Return the path of a profile."""
    return f"/people/{quote(name, safe='')}"


def confirm_path(token: str) -> str:
    """Return the path that confirms an address."""
    return f"/settings/confirm-address/{token}"


def reset_path(token: str) -> str:
    """Return the path where a new password is chosen."""
    return f"/reset-password/{token}"


def erase_path(token: str) -> str:
    """Return the path where erasing an account is confirmed."""
    return f"/settings/privacy/erase/{token}"


def standing_path(token: str = "") -> str:
    """Return the path where people read what moderators decided about them; with a token, for those who are not let in."""
    return f"/standing/{token}" if token else "/settings/standing"
