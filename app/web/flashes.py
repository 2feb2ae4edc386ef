"""What is said once after something was done, with a way back. Messages without one are plain `flask.flash`."""

from typing import Any

from flask import flash


def flash_undo(message: str, undo_path: str) -> None:
    """Say what was done beside a button that posts to `undo_path` (see components/flash.html)."""
    said: Any = (message, undo_path)
    flash(said, "undo")
