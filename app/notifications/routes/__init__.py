"""Pages of notifications."""

from app.notifications.routes import inbox, outcomes, preferences

__all__ = ["inbox", "outcomes", "preferences"]
