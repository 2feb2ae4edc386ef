"""Pages of accounts."""

from app.accounts.routes import admin, confirming, mentions, reset, settings, signin, signup

__all__ = ["admin", "confirming", "mentions", "reset", "settings", "signin", "signup"]
