"""What moderators of the demo set up and decided: watched words and hosts, what these held, replies split off, levels, reports, a wave.

It is done by the services that moderators use, at the moment of loading. Figures must be written before: a split settles both
threads itself.
"""

from typing import Any

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.trust import level_named
from app.forum.services.splitting import split_thread
from app.forum.services.trusting import recount_trust
from app.importing.demo.preparing import Prepared
from app.importing.demo.written import Written
from app.moderation.flags.flagging import flag_person, flag_post
from app.moderation.models import ScreeningHit
from app.moderation.screening.keeping import add_rule
from app.moderation.trust.levels import refresh_levels
from app.moderation.trust.setting import pin_level
from app.moderation.waves.criteria import USUAL, Criteria
from app.moderation.waves.finding import find_everything_like
from app.moderation.waves.putting_away import put_away


def write_moderation(written: Written, prepared: Prepared) -> None:
    """Write all of it, as it stands in community.toml and, of texts that wait, in their threads."""
    rules = {row["text"]: _watch(written, row) for row in prepared.community["watched"]}
    _write_hits(written, prepared, rules)
    for row in prepared.community["split"]:
        _split(written, row)
    recount_trust()
    refresh_levels([person.id for person in written.people.values()], is_told=False)
    for row in prepared.community["level"]:
        level = level_named(row["level"])
        pin_level(_actor(written, row["by"]), person_id=written.person_id(row["person"]), level=level, reason=row["reason"])
    for row in prepared.community["reported"]:
        _report(written, row)
    for row in prepared.community["wave"]:
        _put_away(written, row)
    db.session.flush()


def _actor(written: Written, name: str) -> Actor:
    return written.people[name].as_actor(written.calendar.today)


def _report(written: Written, row: dict[str, Any]) -> None:
    for name in row["by"]:
        actor, words = _actor(written, name), {"reason": row["reason"], "note": row["note"]}
        if "person" in row:
            flag_person(actor, person_id=written.person_id(row["person"]), **words)
        else:
            flag_post(actor, post_id=written.posts[row["thread"], row["post"]].id, **words)


def _put_away(written: Written, row: dict[str, Any]) -> None:
    actor, moment = _actor(written, row["by"]), now()
    criteria = Criteria(moment - USUAL, moment, hosts=tuple(row["hosts"]), name_pattern=row["name_pattern"])
    put_away(actor, criteria=criteria, found=find_everything_like(actor, criteria), left_out=(), reason=row["reason"])


def _watch(written: Written, row: dict[str, Any]) -> int:
    words = {name: row[name] for name in ("tag", "note") if name in row}
    return add_rule(_actor(written, row["by"]), kind=row["kind"], text=row["text"], measure=row["measure"], **words).id


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
    split_thread(
        _actor(written, row["by"]), thread_id=written.threads[row["thread"]].id, post_ids=[written.posts[row["thread"], n].id for n in row["posts"]],
        kind=row["kind"], category_id=written.categories[row["category"]].id, title=row["title"], reason=row["reason"],
    )  # fmt: skip
