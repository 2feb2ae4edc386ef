"""Paths of privacy."""

PRIVACY = "/settings/privacy"


def export_path(export_id: int) -> str:
    """Return the path of a finished copy."""
    return f"{PRIVACY}/export/{export_id}"
