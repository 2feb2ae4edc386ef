"""The list of bots, for those who count views. It is kept in `app.web.bots`, where searches are counted by it, too."""

from app.web.bots import is_bot

__all__ = ("is_bot",)
