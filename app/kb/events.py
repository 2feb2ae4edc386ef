"""Facts about articles."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class ArticlePublished(Event):
    """A revision of an article became what readers see. `is_first` is true for the first time ever."""

    article_id: int
    actor_id: int | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class ArticleStateChanged(Event):
    """An article moved between draft, in_review, published and archived."""

    article_id: int
    actor_id: int | None
    old_state: str
    new_state: str
    reason: str


@dataclass(frozen=True, slots=True)
class ThreadPromoted(Event):
    """An article draft was built from a thread."""

    thread_id: int
    article_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class CandidateDismissed(Event):
    """A moderator decided that a proposed thread gets no article."""

    thread_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CandidateRestored(Event):
    """A dismissal was taken back."""

    thread_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SourceChanged(Event):
    """A post that an article was built from was edited, hidden, or is no longer accepted."""

    article_id: int
    post_id: int
    change: str
