"""Loads the demo community into an empty site in one transaction: all of it is there, or nothing."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.services.passwords import hash_password
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.models import Category
from app.importing.demo.articles import write_articles
from app.importing.demo.calendar import Calendar
from app.importing.demo.content import read_demo
from app.importing.demo.curation import write_curation
from app.importing.demo.desk import write_desk
from app.importing.demo.evidence import write_evidence
from app.importing.demo.knowledge import write_knowledge
from app.importing.demo.moderating import write_moderation
from app.importing.demo.notices import write_notices
from app.importing.demo.people import choose_sign_ins, write_people, write_places
from app.importing.demo.preparing import Prepared, prepare
from app.importing.demo.proposals import write_proposals
from app.importing.demo.readers import write_feedback, write_views
from app.importing.demo.searches import write_searches
from app.importing.demo.signins import SignIn, keep_sign_ins, make_sign_ins
from app.importing.demo.taking_part import write_participation
from app.importing.demo.threads import write_threads
from app.importing.demo.written import Written
from app.importing.figures import write_figures, write_listing_counts
from app.importing.following_up import enqueue_follow_up
from app.kb.models import Section


class Loaded(Struct, frozen=True):
    """What was written, how to sign in, and where that is kept."""

    counts: Counter[str]
    sign_ins: list[SignIn]
    kept_in: Path


def has_people() -> bool:
    """Return whether anybody has an account here."""
    return db.session.scalar(sa.select(Person.id).limit(1)) is not None


def is_empty() -> bool:
    """Return whether the site has neither people nor categories nor sections yet."""
    firsts = (sa.select(table.id).limit(1) for table in (Person, Category, Section))
    return all(db.session.scalar(first) is None for first in firsts)


def load_demo(settings: Settings, folder: Path | None = None) -> Loaded:
    """Load the demo and return what was written. Raises Conflict, and writes nothing, when the site is not empty.

    The sign-ins are kept in the instance folder before the transaction ends, so that they cannot be lost.
    """
    prepared = prepare(read_demo(folder), urlsplit(settings.base_url).netloc)
    sign_ins = make_sign_ins(choose_sign_ins(prepared))
    hashes = {one.name: hash_password(one.password) for one in sign_ins}
    with unit_of_work():
        if not is_empty():
            raise Conflict("This site is not empty. The demo community is only loaded into a new one.")
        written = Written(Calendar(now().replace(microsecond=0)))
        _write(written, prepared, hashes, settings)
        kept_in = keep_sign_ins(settings.instance_path, sign_ins)
        enqueue_follow_up()
    return Loaded(_counts(prepared), sign_ins, kept_in)


def _write(written: Written, prepared: Prepared, hashes: dict[str, str], settings: Settings) -> None:
    require_unit_of_work()
    write_people(written, prepared, hashes)
    write_places(written, prepared)
    write_threads(written, prepared.threads)
    write_participation(written, prepared.threads)
    write_evidence(written, prepared.threads)
    write_curation(written, prepared.threads)
    write_articles(written, prepared.articles)
    write_views(written, prepared)
    write_feedback(written, prepared)
    write_notices(written, prepared)
    db.session.flush()
    write_figures([thread.id for thread in written.threads.values()])
    write_listing_counts()
    write_desk(written, prepared.community)
    write_searches(written, prepared.community)
    write_proposals(written, prepared.articles, settings)
    write_knowledge(written, prepared.community)
    _write_log(written)
    write_moderation(written, prepared)


def _write_log(written: Written) -> None:
    """Let the log of decisions stand in the order in which they were made, which is that of its ids."""
    for entry in sorted(written.log, key=lambda entry: entry.created_at):
        db.session.add(entry)
        db.session.flush()


def _counts(prepared: Prepared) -> Counter[str]:
    posts = [post for thread in prepared.threads for post in thread.posts]
    return Counter(
        people=len(prepared.bios), threads=len(prepared.threads), posts=len(posts),
        comments=sum(len(post.comments) for post in posts), articles=len(prepared.articles),
    )  # fmt: skip
