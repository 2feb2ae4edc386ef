"""The queue of threads worth an article, as the periodic scan would leave it, with the demo's own promotions already decided."""

from datetime import datetime

import sqlalchemy as sa

from app.core.db import db
from app.core.settings import Settings
from app.importing.demo.preparing import PreparedArticle
from app.importing.demo.written import Written
from app.kb.models import Candidate, CandidateDecision, CandidateState, Decision
from app.kb.services.scanning import Scored, read_facts, score_batch, store_proposals
from app.kb.services.scoring import score_issue


def write_proposals(written: Written, articles: list[PreparedArticle], settings: Settings) -> None:
    """Propose threads for articles, and remember those that became one as promoted."""
    moment, last = written.calendar.today, 0
    while True:
        batch = score_batch(settings, last, moment)
        if batch.last_id is None:
            break
        store_proposals(batch.proposals, moment)
        last = batch.last_id
    for rank, article in enumerate((one for one in articles if "promoted_from" in one.data), start=1):
        _remember(written, article, settings, moment, rank)


def _remember(written: Written, article: PreparedArticle, settings: Settings, moment: datetime, rank: int) -> None:
    row, thread = written.articles[article.stem], written.threads[article.data["promoted_from"]]
    facts = read_facts([thread.id])
    store_proposals([Scored(one, score_issue(one, settings, moment)) for one in facts], moment)
    decided = {
        "state": CandidateState.PROMOTED, "article_id": row.id, "decided_by_id": row.owner_id, "decided_at": row.created_at,
    }  # fmt: skip
    db.session.execute(sa.update(Candidate).where(Candidate.thread_id == thread.id).values(decided))
    candidate = db.session.get_one(Candidate, thread.id, populate_existing=True)
    db.session.add(
        CandidateDecision(
            thread_id=thread.id, decision=Decision.PROMOTED, score=candidate.score, parts=candidate.parts, rank=rank, article_id=row.id,
            decided_by_id=row.owner_id, decided_at=row.created_at,
        )
    )  # fmt: skip
