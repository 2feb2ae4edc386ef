"""What curators of the demo did besides writing: products and versions, decisions about candidates, links to fix, a card, likely duplicates.

Also what is read together. Figures and candidates of the threads must be written before.
"""

from datetime import datetime, timedelta
from typing import Any

from app.core.db import db
from app.forum.models import DuplicateProposal, Product, ProductVersion, ThreadVersion
from app.importing.demo.written import Written
from app.kb.models import ArticleFix, ArticleVersion, Candidate, CandidateDecision, CandidateState, Decision
from app.moderation.models import LogEntry
from app.pageviews.models import ReadTogether
from app.pageviews.visits import pair

_STATES = {
    Decision.DISMISSED: CandidateState.DISMISSED, Decision.SNOOZED: CandidateState.SNOOZED, Decision.CARD: CandidateState.CARD,
    Decision.LINKED: CandidateState.PROMOTED,
}  # fmt: skip
# How a decision stands in the log of moderators.
_ACTIONS = {Decision.DISMISSED: "dismiss", Decision.SNOOZED: "snooze", Decision.CARD: "card", Decision.LINKED: "link"}


def write_knowledge(written: Written, community: dict[str, Any]) -> None:
    """Write all of it, as it stands in community.toml."""
    versions = _write_products(written, community["product"])
    _write_versions(written, community["about"], versions)
    for row in community["decision"]:
        _write_decision(written, row)
    for row in community["likely_duplicate"]:
        _propose(written, row)
    for row in community["read_together"]:
        _read_together(written, row)
    db.session.flush()


def _write_products(written: Written, products: list[dict[str, Any]]) -> dict[str, int]:
    """Return the ids of all versions by name: "Hub firmware 4.2"."""
    ids = {}
    for position, row in enumerate(products):
        product = Product(name=row["name"], position=position, created_at=written.calendar.days_ago(400))
        db.session.add(product)
        db.session.flush()
        for name, days in row["versions"]:
            at = written.calendar.days_ago(days) if days else None
            version = ProductVersion(product_id=product.id, name=name, released_at=at, created_at=at or written.calendar.today)
            db.session.add(version)
            db.session.flush()
            ids[f"{product.name} {name}"] = version.id
    return ids


def _write_versions(written: Written, rows: list[dict[str, Any]], versions: dict[str, int]) -> None:
    for row in rows:
        by = written.person_id(row["by"])
        for name in (*row.get("works", ()), *row.get("fails", ()), *row.get("asked", ())):
            works = name not in row.get("fails", ())
            if "article" in row:
                article = written.articles[row["article"]]
                db.session.add(
                    ArticleVersion(
                        article_id=article.id, version_id=versions[name], works=works, decided_by_id=by,
                        decided_at=article.verified_at or article.modified_at,
                    )
                )  # fmt: skip
                continue
            thread = written.threads[row["thread"]]
            word = "asked" if name in row.get("asked", ()) else "works" if works else "fails"
            if word != "fails":  # the newest first; the whole index is written after loading
                thread.version_words = f"{thread.version_words or ''}, {name}".removeprefix(", ")
            db.session.add(
                ThreadVersion(
                    thread_id=thread.id, version_id=versions[name], word=word, decided_by_id=by, decided_at=thread.created_at
                )
            )  # fmt: skip
    db.session.flush()


def _write_decision(written: Written, row: dict[str, Any]) -> None:
    thread, decision = written.threads[row["thread"]], Decision(row["decision"])
    at, by = written.calendar.days_ago(row["days_ago"]), written.person_id(row["by"])
    article_id = written.articles[row["article"]].id if "article" in row else None
    until = at + timedelta(days=row["for_days"]) if decision is Decision.SNOOZED else None
    known = db.session.get(Candidate, thread.id, populate_existing=True)
    candidate = known or Candidate(thread_id=thread.id, score=0.0, parts=[], scanned_at=at)
    db.session.add(candidate)
    candidate.state, candidate.reason, candidate.snoozed_until = _STATES[decision], row["reason"], until
    candidate.decided_by_id, candidate.decided_at, candidate.article_id = by, at, article_id
    decided = {"reason": row["reason"], "decided_by_id": by, "decided_at": at, "snoozed_until": until, "article_id": article_id}
    db.session.add(
        CandidateDecision(
            thread_id=thread.id, decision=decision, score=candidate.score, parts=candidate.parts, rank=row["rank"], **decided
        )
    )
    if decision is Decision.LINKED:
        db.session.add(
            ArticleFix(article_id=article_id, thread_id=thread.id, note=row["reason"], created_by_id=by, created_at=at)
        )
    if decision is Decision.CARD:
        thread.card_post_id = written.posts[row["thread"], row["answer"]].id
    _log(written, decision, row, thread.id, at)


def _log(written: Written, decision: Decision, row: dict[str, Any], thread_id: int, at: datetime) -> None:
    by = written.person_id(row["by"])
    written.log.append(LogEntry(action=_ACTIONS[decision], actor_id=by, reason=row["reason"], thread_id=thread_id, created_at=at))


def _propose(written: Written, row: dict[str, Any]) -> None:
    """Propose a pair as the hourly comparison would; it has compared this question."""
    newer, older = written.threads[row["thread"]], written.threads[row["original"]]
    db.session.add(DuplicateProposal(thread_id=newer.id, original_id=older.id, score=row["score"], created_at=newer.created_at))
    newer.duplicates_checked_at = written.calendar.today


def _read_together(written: Written, row: dict[str, Any]) -> None:
    pages = [
        ("article", written.articles[name[8:]].id) if name.startswith("article:") else ("thread", written.threads[name].id)
        for name in row["pages"]
    ]
    week, one, other = pair(written.calendar.days_ago(7).date(), pages[0], pages[1])
    for (kind, target_id), (other_kind, other_id) in ((one, other), (other, one)):
        db.session.add(
            ReadTogether(
                kind=kind, target_id=target_id, week=week, other_kind=other_kind, other_id=other_id, visits=row["visits"]
            )
        )  # fmt: skip
