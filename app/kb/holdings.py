"""What the knowledge base keeps about people, for exports, erasing and merging (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing
from app.core.i18n import lazy_gettext
from app.forum.queries.judging import person_key
from app.kb.models import (
    Article,
    ArticleComment,
    ArticleDraft,
    ArticleFeedback,
    ArticleFix,
    ArticleReuse,
    ArticleRevision,
    ArticleSource,
    ArticleVersion,
    Candidate,
    CandidateDecision,
    RemovedSearch,
    RemovedWording,
)

_BY_HAND = lazy_gettext("A decision about an article, made for the community.")
HOLDINGS = (
    Holding(
        Article.owner_id, "articles", lazy_gettext("Articles that you look after."), OnErasing.FORGET,
        leave_out=("body_html", "body_text", "toc", "asked_as", "searched_as"),
    ),
    Holding(
        ArticleRevision.editor_id, "article_revisions", lazy_gettext("Texts of articles that you wrote."), OnErasing.FORGET,
        leave_out=("body_html", "body_text", "toc", "renderer_version"),
    ),
    Holding(
        ArticleComment.author_id, "article_remarks", lazy_gettext("Your remarks on drafts of articles."), OnErasing.FORGET,
        leave_out=("body_html",),
    ),
    Holding(
        ArticleDraft.person_id, "article_drafts", lazy_gettext("Articles that you have not saved yet."), OnErasing.DELETE,
        unique_with=("article_id",),
    ),
    Holding(
        ArticleSource.author_id, "article_sources", lazy_gettext("Articles that are built from what you wrote."), OnErasing.FORGET,
        leave_out=("post_hash",),
    ),
    Holding(ArticleFix.created_by_id, "article_fixes", lazy_gettext("What you said should be corrected."), OnErasing.KEEP),
    Holding(ArticleReuse.person_id, "article_links", lazy_gettext("Answers in which you led to an article."), OnErasing.KEEP),
    Holding(
        ArticleFeedback.reader_key, "article_feedback", lazy_gettext("What you said about whether articles helped."), OnErasing.KEEP,
        leave_out=("reader_key",), blank=("note",), unique_with=("article_id",), value_of=person_key,
    ),
    *(
        Holding(column, "", _BY_HAND, OnErasing.KEEP)
        for column in (
            Article.verified_by_id, Article.publish_by_id, ArticleComment.resolved_by_id, ArticleFix.settled_by_id,
            ArticleVersion.decided_by_id, Candidate.decided_by_id, CandidateDecision.decided_by_id, RemovedSearch.removed_by_id,
            RemovedWording.removed_by_id,
        )
    ),
)  # fmt: skip
