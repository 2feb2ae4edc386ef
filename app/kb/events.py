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
class CandidateSnoozed(Event):
    """A moderator put a proposed thread off `until` a moment (in ISO format)."""

    thread_id: int
    actor_id: int | None
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class CandidateRestored(Event):
    """A dismissal was taken back, or a snoozed thread is proposed again at once. `until`: when it would have come back."""

    thread_id: int
    actor_id: int | None
    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class SourceChanged(Event):
    """A post that an article was built from was edited, refuted, hidden, or is no longer accepted."""

    article_id: int
    post_id: int
    change: str


@dataclass(frozen=True, slots=True)
class ArticleOwnerChanged(Event):
    """Somebody else (or nobody) looks after an article now."""

    article_id: int
    actor_id: int | None
    old_owner_id: int | None
    new_owner_id: int | None


@dataclass(frozen=True, slots=True)
class ArticleNeedsWork(Event):
    """So many readers were not helped by an article that somebody should look at it again."""

    article_id: int


@dataclass(frozen=True, slots=True)
class ReviewDue(Event):
    """The date came on which somebody should look at an article again."""

    article_id: int


@dataclass(frozen=True, slots=True)
class ArticleDiscussed(Event):
    """Somebody (None: the site itself) remarked something about an article, for the people who work on it."""

    article_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class ArticleHelped(Event):
    """An article helped so many readers that its authors may hear of it again."""

    article_id: int
    helped: int


@dataclass(frozen=True, slots=True)
class FixRequested(Event):
    """Somebody linked a thread to an article that should be improved for it; `note` says how."""

    article_id: int
    thread_id: int
    actor_id: int | None
    note: str


@dataclass(frozen=True, slots=True)
class FixSettled(Event):
    """What became of a thread that was linked to an article: done, refused, or open again."""

    article_id: int
    thread_id: int
    actor_id: int | None
    state: str
