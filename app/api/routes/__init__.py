"""Routes of the API."""

from app.api.routes import describing, insights

__all__ = ["describing", "insights"]
