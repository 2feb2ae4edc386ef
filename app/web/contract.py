"""The page contract: what each address tells search engines, and why. The one place where that is decided.

Pure rules over facts that the packages above supply; knows no database, no request and no feature. Pages (`Head`), sitemap, feeds,
IndexNow and `threadwell seo audit` ask `decide` and nothing else. The table for people is docs/seo.md.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from app.core.records import Struct

PUBLIC = "public"
CONFIRMED = frozenset({"solved", "likely_solved"})
BREADCRUMBS = "BreadcrumbList"


class Why(StrEnum):
    """The reason of a decision: a key; words for people are in app/pages/reasons.py."""

    PROVEN = "proven"
    ANSWERED = "answered"
    DISCUSSED = "discussed"
    FRESH = "fresh"
    PUBLISHED = "published"
    FULL_LIST = "full_list"
    PRAISED = "praised"
    FIXED = "fixed"
    NEAR_COPY = "near_copy"
    DUPLICATE = "duplicate"
    NEW_AUTHOR = "new_author"
    UNTRUSTED = "untrusted"
    OLD_UNANSWERED = "old_unanswered"
    THIN = "thin"
    SHORT_LIST = "short_list"
    NO_PRAISE = "no_praise"
    PEOPLE_OFF = "people_off"
    LATER_PAGE = "later_page"
    VARIANT = "variant"
    ARCHIVED = "archived"
    TOOL = "tool"
    NOT_PUBLIC = "not_public"
    HELD = "held"
    REMOVED = "removed"
    DRAFT = "draft"
    MOVED = "moved"


class PageContract(Struct, frozen=True):
    """What one page promises. `status` is what a visitor is answered, `canonical` the path of the page that stands for this one (''
    for itself), `data` the types of structured data it carries, in this order."""

    is_indexable: bool
    in_sitemap: bool
    reason: Why
    data: tuple[str, ...] = ()
    canonical: str = ""
    status: int = 200

    @property
    def robots(self) -> str:
        """The content of the robots element, or ''. A page that names another as canonical must not say noindex beside it."""
        return "" if self.is_indexable or self.canonical else "noindex,follow"


TOOL = PageContract(False, False, Why.TOOL)
"""Forms, searches, settings, error pages: whatever says nothing else."""


class IndexPolicy(Struct, frozen=True):
    """The settings of the index policy (INDEX_...)."""

    unanswered_days: int = 30
    least_characters: int = 120
    least_threads: int = 3
    lists_people: bool = True


class Shown(Struct, frozen=True):
    """Which form of a page is asked for: its number, and whether it is another order or selection of the same things."""

    page: int = 1
    is_variant: bool = False


PLAIN = Shown()


class ThreadFacts(Struct, frozen=True):
    """What the decision about a thread depends on. `has_voted_answer`: some visible answer has a positive score. `is_author_new`:
    whoever began it is known, and not trusted to be found yet. `is_removed`: a moderator hid it; `is_moved`: its
    address leads to another thread for good. `twin_path`: of a duplicate, the
    path of its original where both say nearly the same and that one is indexed."""

    kind: str
    audience: str
    status: str
    is_listed: bool
    is_duplicate: bool
    answer_count: int
    accepted_count: int
    has_voted_answer: bool
    text_length: int
    is_author_trusted: bool
    created_at: datetime
    is_author_new: bool = False
    is_open: bool = True
    is_removed: bool = False
    is_moved: bool = False
    twin_path: str = ""


class ArticleFacts(Struct, frozen=True):
    """`is_out`: some text of it was published."""

    audience: str
    state: str
    is_out: bool = True


class ListFacts(Struct, frozen=True):
    """A list of threads or articles. `is_topic`: a category or tag, which takes `least_threads`; others need one entry.
    `has_trail`: it shows where it stands."""

    count: int
    audience: str = PUBLIC
    is_topic: bool = False
    has_trail: bool = False


class PersonFacts(Struct, frozen=True):
    """`has_praise`: something public of theirs was accepted or voted for, so that an indexed page carries it."""

    has_praise: bool
    is_trusted: bool
    is_erased: bool = False
    is_merged: bool = False


class FixedFacts(Struct, frozen=True):
    """A page there is one of. `data`: its structured data."""

    data: tuple[str, ...] = ()
    is_indexable: bool = True


Facts = ThreadFacts | ArticleFacts | ListFacts | PersonFacts | FixedFacts


def decide(facts: Facts, moment: datetime, policy: IndexPolicy, shown: Shown = PLAIN) -> PageContract:
    """Return the contract of a page. Only a page in its usual order is indexed, and only first pages are in the sitemap."""
    match facts:
        case ThreadFacts():
            return _variant(_thread(facts, moment, policy, shown.page), shown)
        case ArticleFacts():
            return _variant(_article(facts), shown)
        case ListFacts():
            return _variant(_list(facts, policy), shown)
        case PersonFacts():
            found = _person(facts, policy)
            is_later = found.is_indexable and shown.page > 1
            return _no(Why.LATER_PAGE) if is_later else _variant(found, shown)
        case FixedFacts():
            return PageContract(True, False, Why.FIXED, facts.data) if facts.is_indexable else TOOL


def _no(reason: Why, status: int = 200) -> PageContract:
    return PageContract(False, False, reason, status=status)


def _variant(found: PageContract, shown: Shown) -> PageContract:
    """Keep other orders and selections of a page out, and its later pages out of the sitemap."""
    if shown.is_variant and found.status == 200:
        return _no(Why.VARIANT)
    if shown.page > 1 and found.in_sitemap:
        return PageContract(True, False, found.reason, found.data)
    return found


def _thread(facts: ThreadFacts, moment: datetime, policy: IndexPolicy, page: int) -> PageContract:
    """Confirmed or voted-for answers: indexed, in the sitemap. Answered without either: indexed only, unless somebody new asked."""
    if facts.audience != PUBLIC:
        return _no(Why.NOT_PUBLIC, 404)
    if not facts.is_listed and facts.is_moved:
        return _no(Why.MOVED, 301)
    if not facts.is_listed:
        return _no(Why.REMOVED, 410) if facts.is_removed else _no(Why.HELD, 404)
    if facts.is_duplicate:
        return PageContract(False, False, Why.NEAR_COPY, canonical=facts.twin_path) if facts.twin_path else _no(Why.DUPLICATE)
    data = _thread_data(facts, page)
    if facts.kind == "question" and (facts.accepted_count or facts.status in CONFIRMED or facts.has_voted_answer):
        return PageContract(True, True, Why.PROVEN, data)
    if facts.answer_count and facts.is_author_new:
        return _no(Why.NEW_AUTHOR)
    if facts.answer_count:
        is_discussion = facts.kind == "discussion"
        return PageContract(True, is_discussion, Why.DISCUSSED if is_discussion else Why.ANSWERED, data)
    return _unanswered(facts, moment, policy, data)


def _unanswered(facts: ThreadFacts, moment: datetime, policy: IndexPolicy, data: tuple[str, ...]) -> PageContract:
    if moment - facts.created_at >= timedelta(days=policy.unanswered_days):
        return _no(Why.OLD_UNANSWERED)
    if facts.text_length < policy.least_characters:
        return _no(Why.THIN)
    if not facts.is_author_trusted:
        return _no(Why.UNTRUSTED)
    return PageContract(True, False, Why.FRESH, data)


def _thread_data(facts: ThreadFacts, page: int) -> tuple[str, ...]:
    """QAPage is for pages on which people can answer, and for the page that shows the question."""
    if facts.kind == "discussion":
        return "DiscussionForumPosting", BREADCRUMBS
    return ("QAPage", BREADCRUMBS) if page == 1 and facts.is_open else (BREADCRUMBS,)


def _article(facts: ArticleFacts) -> PageContract:
    if facts.audience != PUBLIC:
        return _no(Why.NOT_PUBLIC, 404)
    if facts.state == "archived" and facts.is_out:
        return _no(Why.ARCHIVED)
    if facts.state != "published":
        return _no(Why.DRAFT, 404)
    return PageContract(True, True, Why.PUBLISHED, ("Article", BREADCRUMBS))


def _list(facts: ListFacts, policy: IndexPolicy) -> PageContract:
    if facts.audience != PUBLIC:
        return _no(Why.NOT_PUBLIC, 404)
    if facts.count < (policy.least_threads if facts.is_topic else 1):
        return _no(Why.SHORT_LIST)
    return PageContract(True, facts.is_topic, Why.FULL_LIST, (BREADCRUMBS,) if facts.has_trail else ())


def _person(facts: PersonFacts, policy: IndexPolicy) -> PageContract:
    if facts.is_erased:
        return _no(Why.REMOVED, 410)
    if facts.is_merged:
        return _no(Why.MOVED, 301)
    if not policy.lists_people:
        return _no(Why.PEOPLE_OFF)
    if not facts.has_praise:
        return _no(Why.NO_PRAISE)
    return PageContract(True, False, Why.PRAISED, ("ProfilePage",)) if facts.is_trusted else _no(Why.NEW_AUTHOR)


class Address(Struct, frozen=True):
    """An address of the site with the facts about it, as the packages list them. `id` is that of the thing within its kind."""

    kind: str
    id: int
    path: str
    title: str
    facts: Facts
    changed_at: datetime | None = None


_policy = [IndexPolicy()]


def use_index_policy(policy: IndexPolicy) -> None:
    """Let these settings hold from now on (called once, when the application is made)."""
    _policy[0] = policy


def index_policy() -> IndexPolicy:
    """Return the settings that hold."""
    return _policy[0]
