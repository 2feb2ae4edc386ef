"""The addresses of what can be done to a post, for its page. A frozen value, so that a post as it is shown can be compared."""

from typing import NamedTuple


class PostUrls(NamedTuple):
    """The addresses of the actions on a post. Who lets it through, or turns it down, decides about this revision of it."""

    post_id: int
    revision: int
    thread_id: int

    def _own(self, action: str) -> str:
        return f"/posts/{self.post_id}/{action}"

    def _moderators(self, action: str) -> str:
        return f"/moderation/posts/{self.post_id}/{action}"

    @property
    def vote(self) -> str:
        return self._own("vote")

    @property
    def accept(self) -> str:
        return self._own("accept")

    @property
    def unaccept(self) -> str:
        return self._own("withdraw")

    @property
    def edit(self) -> str:
        return self._own("edit")

    @property
    def flag(self) -> str:
        return self._own("flag")

    @property
    def comment(self) -> str:
        return self._own("comments")

    @property
    def hide(self) -> str:
        return self._moderators("hide")

    @property
    def restore(self) -> str:
        return self._moderators("restore")

    @property
    def to_comment(self) -> str:
        return self._moderators("to-comment")

    @property
    def approve(self) -> str:
        return self._moderators(f"approve?revision={self.revision}")

    @property
    def reject(self) -> str:
        return self._moderators(f"reject?revision={self.revision}")

    @property
    def card(self) -> str:
        return f"/moderation/cards/{self.post_id}"

    @property
    def retitle(self) -> str:
        """The page that improves a question's title."""
        return f"/threads/{self.thread_id}/title"
