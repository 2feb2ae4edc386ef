"""Undoing decisions of the log: a table of undoings for each kind of target. Writes through the services that decide."""

from app.moderation.undoing.deciding import TARGETS, UNDOABLE, find_undo, undo_decision

__all__ = ["TARGETS", "UNDOABLE", "find_undo", "undo_decision"]
