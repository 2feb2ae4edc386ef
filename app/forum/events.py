"""Facts about threads and posts: ids, and for moderators' actions the actor and the reason."""

from dataclasses import dataclass, field
from datetime import datetime

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class ThreadStarted(Event):
    """A thread became visible (asked, or approved)."""

    thread_id: int
    post_id: int
    author_id: int | None


@dataclass(frozen=True, slots=True)
class ThreadHeld(Event):
    """A new thread waits for approval."""

    thread_id: int
    author_id: int | None


@dataclass(frozen=True, slots=True)
class PostAdded(Event):
    """An answer or reply became visible."""

    thread_id: int
    post_id: int
    author_id: int | None


@dataclass(frozen=True, slots=True)
class PostHeld(Event):
    """A new answer or reply waits for approval."""

    thread_id: int
    post_id: int
    author_id: int | None


@dataclass(frozen=True, slots=True)
class CommentHeld(Event):
    """A new or changed comment waits for approval."""

    thread_id: int
    post_id: int
    comment_id: int
    author_id: int | None


@dataclass(frozen=True, slots=True)
class CommentAdded(Event):
    """A comment was written under a post. `is_request`: the question waits for its asker to say what the comment asks for."""

    thread_id: int
    post_id: int
    comment_id: int
    author_id: int | None
    is_request: bool = False


@dataclass(frozen=True, slots=True)
class PeopleMentioned(Event):
    """People were named with @ in a post (or, with `comment_id`, in a comment)."""

    thread_id: int
    post_id: int
    comment_id: int | None
    author_id: int | None
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PostEdited(Event):
    """A post has a new revision."""

    thread_id: int
    post_id: int
    revision: int
    editor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerAccepted(Event):
    """An answer was marked as a solution."""

    thread_id: int
    post_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class AcceptanceWithdrawn(Event):
    """An answer is no longer marked as a solution."""

    thread_id: int
    post_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class StatusChanged(Event):
    """The derived status of a question changed."""

    thread_id: int
    old_status: str
    new_status: str


@dataclass(frozen=True, slots=True)
class AskerStillStuck(Event):
    """The asker (or somebody for them) said at `said_at` that no answer solved the problem. The status may be what it was before."""

    thread_id: int
    actor_id: int | None
    said_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class StillStuckWithdrawn(Event):
    """That no answer solved the problem was taken back, and nobody else says so."""

    thread_id: int


@dataclass(frozen=True, slots=True)
class ThreadChanged(Event):
    """What readers see of a thread changed, or whether they see it: texts, answers, status; not votes and views."""

    thread_id: int


@dataclass(frozen=True, slots=True)
class ThreadCurated(Event):
    """Somebody in charge did `action` to a thread.

    `action` is one of hide restore approve reject lock unlock pin unpin move close reopen duplicate unduplicate not_duplicate
    propose_duplicate card uncard retitle retag archive unarchive slow split unsplit merge unmerge to_discussion to_question.
    `before` holds what is needed to undo it (an old category id, for example).
    `is_one_of_many`: a single decision about many texts did it, which is logged and told as one, not for each text.
    """

    thread_id: int
    action: str
    actor_id: int | None
    reason: str
    before: str = ""
    is_one_of_many: bool = False


@dataclass(frozen=True, slots=True)
class PostCurated(Event):
    """Somebody in charge did `action` (hide restore approve reject to_comment from_comment) to an answer or reply."""

    thread_id: int
    post_id: int
    action: str
    actor_id: int | None
    reason: str
    before: str = ""
    is_one_of_many: bool = False


@dataclass(frozen=True, slots=True)
class PostsMoved(Event):
    """Posts stand in another thread now, with their comments and the evidence about them. Both threads are locked and settled."""

    thread_id: int
    new_thread_id: int
    post_ids: tuple[int, ...]
    actor_id: int | None
    reason: str
    is_undo: bool = False


@dataclass(frozen=True, slots=True)
class CommentCurated(Event):
    """Somebody in charge did `action` (hide restore approve reject hold edit to_answer from_answer) to a comment."""

    thread_id: int
    post_id: int
    comment_id: int
    action: str
    actor_id: int | None
    reason: str
    before: str = ""
    is_one_of_many: bool = False


@dataclass(frozen=True, slots=True)
class VersionChecked(Event):
    """Somebody said whether the solution of a question still holds on a version."""

    thread_id: int
    version_id: int
    actor_id: int | None
    works: bool


@dataclass(frozen=True, slots=True)
class VersionReleased(Event):
    """A version of a product was published: what is about that product waits to be checked on it."""

    version_id: int
    product_id: int
    actor_id: int | None
