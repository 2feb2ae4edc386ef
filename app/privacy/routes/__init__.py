"""Pages of privacy."""

from app.privacy.routes import admin, confirming, settings

__all__ = ["admin", "confirming", "settings"]
