"""What moderators of the demo set up and rearranged: watched words and hosts, what these held, and replies split off.

It is done by the services that moderators use, at the moment of loading. Figures must be written before: a split settles both
threads itself.
"""

from typing import Any

from app.core.db import db
from app.forum.services.splitting import split_thread
from app.importing.demo.preparing import Prepared
from app.importing.demo.written import Written
from app.moderation.models import ScreeningHit
from app.moderation.screening.keeping import add_rule


def write_moderation(written: Written, prepared: Prepared) -> None:
    """Write all of it, as it stands in community.toml and, of texts that wait, in their threads."""
    rules = {row["text"]: _watch(written, row) for row in prepared.community["watched"]}
    _write_hits(written, prepared, rules)
    for row in prepared.community["split"]:
        _split(written, row)
    db.session.flush()


def _watch(written: Written, row: dict[str, Any]) -> int:
    actor = written.people[row["by"]].as_actor(written.calendar.today)
    words = {name: row[name] for name in ("tag", "note") if name in row}
    return add_rule(actor, kind=row["kind"], text=row["text"], measure=row["measure"], **words).id


def _write_hits(written: Written, prepared: Prepared, rules: dict[str, int]) -> None:
    for thread in prepared.threads:
        for post in thread.posts:
            row = written.posts[thread.stem, post.number]
            for reason in post.data.get("waits", []):
                db.session.add(
                    ScreeningHit(
                        post_id=row.id, person_id=row.author_id, check_name=reason["check"], words=reason["words"],
                        rule_id=rules.get(reason.get("rule", "")), created_at=row.created_at,
                    )
                )  # fmt: skip


def _split(written: Written, row: dict[str, Any]) -> None:
    actor = written.people[row["by"]].as_actor(written.calendar.today)
    split_thread(
        actor, thread_id=written.threads[row["thread"]].id, post_ids=[written.posts[row["thread"], n].id for n in row["posts"]],
        kind=row["kind"], category_id=written.categories[row["category"]].id, title=row["title"], reason=row["reason"],
    )  # fmt: skip
