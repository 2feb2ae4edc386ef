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
from app.kb.models.candidate import Candidate, CandidateState
from app.kb.models.feedback import ArticleFeedback, ArticleReuse, FeedbackReason
from app.kb.models.section import Section
from app.kb.models.source import ArticleSource, SourceChange, SourceRole
from app.kb.models.wording import RemovedWording

__all__ = [
    "APPLIES_MAX",
    "NOTE_MAX",
    "SLUG_MAX",
    "SUMMARY_MAX",
    "TITLE_MAX",
    "Article",
    "ArticleFeedback",
    "ArticleKind",
    "ArticleReuse",
    "ArticleRevision",
    "ArticleSlug",
    "ArticleSource",
    "ArticleState",
    "Candidate",
    "CandidateState",
    "FeedbackReason",
    "RemovedWording",
    "Section",
    "SourceChange",
    "SourceRole",
]
