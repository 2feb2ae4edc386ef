"""Facts about articles."""

from app.core.events import Event


class ArticlePublished(Event, frozen=True):
    """A revision of an article became what readers see. `is_first` is true for the first time ever."""

    article_id: int
    actor_id: int | None
    is_first: bool


class ArticleStateChanged(Event, frozen=True):
    """An article moved between draft, in_review, published and archived."""

    article_id: int
    actor_id: int | None
    old_state: str
    new_state: str
    reason: str


class ThreadPromoted(Event, frozen=True):
    """An article draft was built from a thread."""

    thread_id: int
    article_id: int
    actor_id: int | None


class CandidateDismissed(Event, frozen=True):
    """A moderator decided that a proposed thread gets no article."""

    thread_id: int
    actor_id: int | None
    reason: str


class CandidateSnoozed(Event, frozen=True):
    """A moderator put a proposed thread off `until` a moment (in ISO format)."""

    thread_id: int
    actor_id: int | None
    reason: str
    until: str


class CandidateRestored(Event, frozen=True):
    """A dismissal was taken back, or a snoozed thread is proposed again at once. `until`: when it would have come back."""

    thread_id: int
    actor_id: int | None
    reason: str
    until: str = ""


class SourceChanged(Event, frozen=True):
    """A post that an article was built from was edited, refuted, hidden, or is no longer accepted."""

    article_id: int
    post_id: int
    change: str


class ArticleOwnerChanged(Event, frozen=True):
    """Somebody else (or nobody) looks after an article now."""

    article_id: int
    actor_id: int | None
    old_owner_id: int | None
    new_owner_id: int | None


class ArticleNeedsWork(Event, frozen=True):
    """So many readers were not helped by an article that somebody should look at it again."""

    article_id: int


class ReviewDue(Event, frozen=True):
    """The date came on which somebody should look at an article again."""

    article_id: int


class ArticleDiscussed(Event, frozen=True):
    """Somebody (None: the site itself) remarked something about an article, for the people who work on it."""

    article_id: int
    actor_id: int | None


class ArticleHelped(Event, frozen=True):
    """An article helped so many readers that its authors may hear of it again."""

    article_id: int
    helped: int


class FixRequested(Event, frozen=True):
    """Somebody linked a thread to an article that should be improved for it; `note` says how."""

    article_id: int
    thread_id: int
    actor_id: int | None
    note: str


class FixSettled(Event, frozen=True):
    """What became of a thread that was linked to an article: done, refused, or open again."""

    article_id: int
    thread_id: int
    actor_id: int | None
    state: str
