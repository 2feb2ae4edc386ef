"""Pages of the forum."""

from app.forum.routes import (
    accepting,
    answering,
    asking,
    categories,
    checking,
    commenting,
    drafting,
    editing,
    feeds,
    following,
    judging,
    lists,
    managing,
    permalinks,
    preview,
    products,
    retitling,
    tags,
    thread_page,
    voting,
)

__all__ = [
    "accepting", "answering", "asking", "categories", "checking", "commenting", "drafting", "editing", "feeds", "following",
    "judging", "lists", "managing", "permalinks", "preview", "products", "retitling", "tags", "thread_page", "voting",
]  # fmt: skip
