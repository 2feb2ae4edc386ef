"""Pages of the desk."""

from app.desk.routes import answering, canned, groups, hours, item, queue, rules, taking

__all__ = ["answering", "canned", "groups", "hours", "item", "queue", "rules", "taking"]
