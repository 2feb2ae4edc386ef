"""What questions and answers have in common: author, rendered text, first revision, votes."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.markup import Rendered
from app.core.records import Struct
from app.forum.models import ImportedVotes, Post, PostRevision
from app.importing.reader import Dump, Skipped, VoteTotals
from app.importing.stackexchange.bodies import render_body
from app.importing.stackexchange.context import Import
from app.importing.stackexchange.records import PERSON, find_local
from app.importing.stackexchange.report import ImportReport
from app.importing.stackexchange_rows import PostRow

PLAIN = "posts are kept as plain text because their formatting nests too deeply"
NO_AUTHOR = "posts have no author: the account is gone, or not in Users.xml"
OTHER_SCORE = "posts have a Score in Posts.xml that differs from their votes in Votes.xml; the votes count"
NO_VOTES = "posts have a Score but no votes in Votes.xml; the Score counts"


# No post has more votes or views; a larger number in a file is a mistake that no column would hold.
MOST = 1_000_000_000


class Prepared(Struct, frozen=True):
    """A post with everything that is worked out before the unit of work."""

    row: PostRow
    body: Rendered
    author_id: int | None
    up: int
    down: int

    @property
    def score(self) -> int:
        return self.up - self.down


def prepare_posts(run: Import, rows: Sequence[PostRow]) -> list[Prepared]:
    """Render the posts and find their authors and votes; what is not as it was goes into the notes."""
    authors = find_local(run.source, PERSON, [row.owner_id for row in rows])
    prepared = []
    for row in rows:
        body, is_plain = render_body(row.body_html, run.own_host)
        author_id = authors.get(row.owner_id) if row.owner_id is not None else None
        up, down = _votes(run, row)
        run.report.notes.update([PLAIN] * is_plain + [NO_AUTHOR] * (author_id is None))
        prepared.append(Prepared(row, body, author_id, up, down))
    return prepared


def _votes(run: Import, row: PostRow) -> tuple[int, int]:
    """Return votes for and against. Without votes in the files, the Score stands for votes of one kind."""
    totals = run.votes.get(row.id)
    if totals is not None and (totals.up or totals.down or not row.score):
        if totals.up - totals.down != row.score:
            run.report.notes[OTHER_SCORE] += 1
        return totals.up, totals.down
    if row.score and "Votes" in run.dump.files:
        run.report.notes[NO_VOTES] += 1
    score = max(-MOST, min(MOST, row.score))
    return max(0, score), max(0, -score)


def insert_posts(posts: Sequence[tuple[Prepared, dict[str, Any]]]) -> list[int]:
    """Insert posts with their first revision and votes, and return their ids in order.

    The dict of each holds thread_id and kind; an opening's also title and tags, an accepted answer's accepted_at.
    """
    rows = [_post_values(post, more) for post, more in posts]
    ids = list(db.session.scalars(sa.insert(Post).returning(Post.id, sort_by_parameter_order=True), rows))
    revisions = [_revision_values(post_id, post, more) for post_id, (post, more) in zip(ids, posts, strict=True)]
    db.session.execute(sa.insert(PostRevision), revisions)
    votes = [
        {"post_id": post_id, "up_count": post.up, "down_count": post.down}
        for post_id, (post, _) in zip(ids, posts, strict=True)
        if post.up or post.down
    ]
    if votes:
        db.session.execute(sa.insert(ImportedVotes), votes)
    return ids


def _post_values(post: Prepared, more: dict[str, Any]) -> dict[str, Any]:
    body = post.body
    return {
        "thread_id": more["thread_id"], "kind": more["kind"], "author_id": post.author_id, "body_source": body.source,
        "body_html": str(body.html), "body_text": body.text, "body_hash": body.hash, "renderer_version": body.version,
        "revision": 1, "created_at": post.row.created_at, "edited_at": post.row.edited_at, "score": post.score,
        "accepted_at": more.get("accepted_at"),
    }  # fmt: skip


def _revision_values(post_id: int, post: Prepared, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "post_id": post_id, "number": 1, "title": more.get("title", ""), "tags": more.get("tags", ""),
        "body_source": post.body.source, "body_hash": post.body.hash, "editor_id": post.author_id,
        "created_at": post.row.created_at,
    }  # fmt: skip


def read_votes(dump: Dump, report: ImportReport) -> dict[int, VoteTotals]:
    """Return the votes on each post, added up. Only totals come in: nobody's vote is imported."""
    votes: dict[int, VoteTotals] = {}
    favourites = close_votes = 0
    for totals in dump.vote_totals():
        if isinstance(totals, Skipped):
            report.unreadable("votes", totals)
            continue
        votes[totals.post_id] = totals
        favourites += totals.favourites
        close_votes += totals.close_votes
    for name, count in (("favourites", favourites), ("votes to close", close_votes)):
        if count:
            report.notes[f"{name} have no counterpart here"] += count
    return votes


def account_for_votes(run: Import, post_ids: Sequence[int], *, are_new: bool) -> None:
    """Note that the votes on these posts (by their ids there) came in, now or in an earlier run."""
    report = run.report.of("votes")
    for post_id in post_ids:
        totals = run.votes.pop(post_id, None)
        if totals is not None:
            count = totals.up + totals.down
            report.imported += count if are_new else 0
            report.known += 0 if are_new else count


def account_for_other_votes(run: Import) -> None:
    """Note the votes whose posts were not imported. Call it after all posts."""
    for post_id, totals in run.votes.items():
        if totals.up + totals.down:
            run.report.of("votes").skip("votes on posts that were not imported", post_id, totals.up + totals.down)
    run.votes.clear()
