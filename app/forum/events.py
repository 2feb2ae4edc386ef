"""Facts about threads and posts: ids, and for moderators' actions the actor and the reason."""

from datetime import datetime

from app.core.events import Event

# What is done to a thread that takes it out of readers' sight, or brings it back.
SHOWS_OR_HIDES = frozenset({"hide", "restore", "approve", "reject", "hold", "set_aside", "release", "merge", "unmerge"})


class ThreadStarted(Event, frozen=True):
    """A thread became visible (asked, or approved)."""

    thread_id: int
    post_id: int
    author_id: int | None


class ThreadHeld(Event, frozen=True):
    """A thread waits for approval: it is new, its text was changed, or somebody put it (back) to wait."""

    thread_id: int
    author_id: int | None


class PostAdded(Event, frozen=True):
    """An answer or reply became visible."""

    thread_id: int
    post_id: int
    author_id: int | None


class PostHeld(Event, frozen=True):
    """An answer or reply waits for approval: it is new, was changed, or somebody put it (back) to wait."""

    thread_id: int
    post_id: int
    author_id: int | None


class CommentHeld(Event, frozen=True):
    """A new or changed comment waits for approval."""

    thread_id: int
    post_id: int
    comment_id: int
    author_id: int | None


class CommentAdded(Event, frozen=True):
    """A comment was written under a post. `is_request`: the question waits for its asker to say what the comment asks for."""

    thread_id: int
    post_id: int
    comment_id: int
    author_id: int | None
    is_request: bool = False


class PeopleMentioned(Event, frozen=True):
    """People were named with @ in a post (or, with `comment_id`, in a comment)."""

    thread_id: int
    post_id: int
    comment_id: int | None
    author_id: int | None
    person_ids: tuple[int, ...]


class PostEdited(Event, frozen=True):
    """A post has a new revision."""

    thread_id: int
    post_id: int
    revision: int
    editor_id: int | None
    reason: str


class AnswerAccepted(Event, frozen=True):
    """An answer was marked as a solution."""

    thread_id: int
    post_id: int
    actor_id: int | None


class AcceptanceWithdrawn(Event, frozen=True):
    """An answer is no longer marked as a solution."""

    thread_id: int
    post_id: int
    actor_id: int | None
    reason: str


class StatusChanged(Event, frozen=True):
    """The derived status of a question changed."""

    thread_id: int
    old_status: str
    new_status: str


class AskerStillStuck(Event, frozen=True):
    """The asker (or somebody for them) said at `said_at` that no answer solved the problem. The status may be what it was before."""

    thread_id: int
    actor_id: int | None
    said_at: datetime | None = None


class StillStuckWithdrawn(Event, frozen=True):
    """That no answer solved the problem was taken back, and nobody else says so."""

    thread_id: int


class ThreadChanged(Event, frozen=True):
    """What readers see of a thread changed, or whether they see it: texts, answers, status; not votes and views."""

    thread_id: int


class ThreadCurated(Event, frozen=True):
    """Somebody in charge did `action` to a thread.

    `action` is one of SHOWS_OR_HIDES or lock unlock pin unpin move close reopen duplicate unduplicate not_duplicate
    propose_duplicate card uncard archive unarchive slow split unsplit to_discussion to_question.
    `before` holds what is needed to undo it (an old category id, for example).
    `is_one_of_many`: a single decision about many texts did it, which is logged and told as one, not for each text.
    """

    thread_id: int
    action: str
    actor_id: int | None
    reason: str
    before: str = ""
    is_one_of_many: bool = False


class PostCurated(Event, frozen=True):
    """Somebody in charge did `action` (hide restore approve reject to_comment from_comment) to an answer or reply."""

    thread_id: int
    post_id: int
    action: str
    actor_id: int | None
    reason: str
    before: str = ""
    is_one_of_many: bool = False


class PostsMoved(Event, frozen=True):
    """Posts stand in another thread now, with their comments and the evidence about them. Both threads are locked and settled."""

    thread_id: int
    new_thread_id: int
    post_ids: tuple[int, ...]
    actor_id: int | None
    reason: str
    is_undo: bool = False


class CommentCurated(Event, frozen=True):
    """Somebody in charge did `action` (hide restore approve reject hold edit to_answer from_answer) to a comment."""

    thread_id: int
    post_id: int
    comment_id: int
    action: str
    actor_id: int | None
    reason: str
    before: str = ""
    is_one_of_many: bool = False


class VersionChecked(Event, frozen=True):
    """Somebody said whether the solution of a question still holds on a version."""

    thread_id: int
    version_id: int
    actor_id: int | None
    works: bool


class VersionReleased(Event, frozen=True):
    """A version of a product was published: what is about that product waits to be checked on it."""

    version_id: int
    product_id: int
    actor_id: int | None
