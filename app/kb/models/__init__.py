"""Tables of the knowledge base. Columns, constraints and derived properties only."""

from app.forum.models.thread import TITLE_MAX
from app.kb.models.article import (
    APPLIES_MAX,
    NOTE_MAX,
    SLUG_MAX,
    SUMMARY_MAX,
    Article,
    ArticleKind,
    ArticleRevision,
    ArticleSlug,
    ArticleState,
)
from app.kb.models.candidate import Candidate, CandidateDecision, CandidateState, Decision
from app.kb.models.drafting import ArticleDraft, ArticleFix, FixState
from app.kb.models.feedback import ArticleFeedback, ArticleReuse, FeedbackReason
from app.kb.models.review import ArticleComment, ArticleVersion
from app.kb.models.section import Section
from app.kb.models.source import ASKERS_PARTS, ArticleSource, SourceChange, SourceRole
from app.kb.models.wording import RemovedSearch, RemovedWording

__all__ = [
    "APPLIES_MAX",
    "ASKERS_PARTS",
    "NOTE_MAX",
    "SLUG_MAX",
    "SUMMARY_MAX",
    "TITLE_MAX",
    "Article",
    "ArticleComment",
    "ArticleDraft",
    "ArticleFeedback",
    "ArticleFix",
    "ArticleKind",
    "ArticleReuse",
    "ArticleRevision",
    "ArticleSlug",
    "ArticleSource",
    "ArticleState",
    "ArticleVersion",
    "Candidate",
    "CandidateDecision",
    "CandidateState",
    "Decision",
    "FeedbackReason",
    "FixState",
    "RemovedSearch",
    "RemovedWording",
    "Section",
    "SourceChange",
    "SourceRole",
]
