"""Pages of uploads."""

from app.uploads.routes import images

__all__ = ["images"]
