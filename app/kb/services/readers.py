"""Who reads an article: never more people than its sources have, and none of its earlier texts by mistake."""

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.kb.models import Article, ArticleRevision
from app.kb.policies import READABLE_STATES, is_as_narrow
from app.kb.queries.articles import list_source_audiences


def ensure_sources_allow(article: Article, audience: str) -> None:
    """Raise Invalid when a source of the article has fewer readers than `audience`."""
    for source_audience in list_source_audiences(article.id):
        if not is_as_narrow(audience, than=source_audience):
            raise Invalid(
                _("It was built from text that only staff may read, so it cannot be for more people than that.")
                if source_audience == "staff"
                else _("It was built from text that only members may read, so it cannot be for more people than that."),
                "audience",
            )


def let_texts_follow(article: Article, before: str, is_published_next: bool) -> None:
    """Say who may look up the texts after the audience changed: with fewer readers all of them are for these only, with more the
    newest one is for all. Raises Invalid when readers would see another text than that.
    """
    audience, is_newest = article.audience, ArticleRevision.number == article.revision
    is_read = article.state in READABLE_STATES and article.published_revision not in (None, article.revision)
    if is_read and not is_published_next and not is_as_narrow(audience, than=before):
        raise Invalid(
            _(
                "More people would read version %(published_revision)s, not what you wrote. Please publish it with this.",
                published_revision=article.published_revision,
            ),
            "audience",
        )
    wider = ArticleRevision.audience.in_([wide for wide in Audience if is_as_narrow(audience, than=wide)])
    statement = sa.update(ArticleRevision).where(ArticleRevision.article_id == article.id, sa.or_(is_newest, wider))
    db.session.execute(statement.values(audience=audience))
