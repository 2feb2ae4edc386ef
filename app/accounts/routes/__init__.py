"""Pages of accounts."""

from app.accounts.routes import admin, confirming, reset, settings, signin, signup

__all__ = ["admin", "confirming", "reset", "settings", "signin", "signup"]
