"""Everything like one text or account: which texts and accounts belong to a wave, why, and who is spared. Reads only.

The number of statements does not depend on how much is found. Texts and accounts a moderator may not decide about are not found.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.services.commenting import WAITING
from app.forum.urls import comment_path, post_path
from app.moderation.models import ScreenedText
from app.moderation.policies import ensure_can_moderate_site, moderated_categories
from app.moderation.screening.repeats import says_same
from app.moderation.screening.traits import Traits, hosts_in
from app.moderation.waves.criteria import Criteria, ensure_sensible, like_expression, name_expression
from app.moderation.waves.terms import MOST_PEOPLE, MOST_TEXTS, SPARED_FROM

_EXCERPT = 160


class FoundText(Struct, frozen=True):
    """A post (an opening stands for its thread) or comment that belongs to the wave. `key`: p12 or c12."""

    key: str
    id: int
    thread_id: int
    title: str
    path: str
    excerpt: str
    author_id: int | None
    author_name: str
    author_path: str
    created_at: datetime
    why: str


class FoundPerson(Struct, frozen=True):
    """An account of the wave. `key`: a12. `belongs`: proposed; others wrote texts of the wave, and much else."""

    key: str
    id: int
    name: str
    path: str
    created_at: datetime
    why: str
    belongs: bool


class Spared(Struct, frozen=True):
    """Somebody whose texts look alike and stay: staff, moderators, and whoever is trusted."""

    name: str
    path: str
    why: str
    texts: int


class Found(Struct, frozen=True):
    """What belongs to a wave. `is_cut`: there is more than can be put away in one go."""

    texts: tuple[FoundText, ...] = ()
    people: tuple[FoundPerson, ...] = ()
    spared: tuple[Spared, ...] = ()
    is_cut: bool = False


def find_everything_like(actor: Actor, criteria: Criteria, sample: Traits | None = None) -> Found:
    """Return the texts and accounts that belong to a wave; `sample` are the traits of the text to compare with.

    Raises Forbidden, Invalid by field.
    """
    ensure_can_moderate_site(actor)
    ensure_sensible(criteria)
    if sample is not None and not sample.sketch and not sample.links:
        raise Invalid(_("This text is too short to compare. Please take a longer one, or say where it leads."), field="sample")
    matches = _Matches(criteria, sample)
    rows = [*_rows(actor, matches, Post), *_rows(actor, matches, Comment)]
    is_cut = len(rows) > MOST_TEXTS
    judged = [(row, why) for row in rows[:MOST_TEXTS] if (why := matches.why(row))]
    spared = [row for row, _ in judged if is_spared(row.role, row.level)]
    texts = tuple(_text(row, why) for row, why in judged if not is_spared(row.role, row.level))
    return Found(texts, tuple(_people(texts, matches)), tuple(_spared(spared)), is_cut)


def is_spared(role: str | None, level: int | None) -> bool:
    """Whether texts of such a person never belong to a wave. Texts without an author may."""
    return role is not None and (role != Role.MEMBER or (level or 0) >= SPARED_FROM)


class _Matches:
    """The criteria as SQL, which may find too much (names, hosts as parts of words), and again in Python, which is exact."""

    def __init__(self, criteria: Criteria, sample: Traits | None) -> None:
        self.criteria, self.sample = criteria, sample
        self.names = frozenset(name.casefold() for name in criteria.people)
        self.name_like = name_expression(criteria.name_pattern) if criteria.name_pattern else None

    def in_sql(self, model: type[Post] | type[Comment]) -> sa.ColumnElement[bool]:
        """Return what finds posts or comments, author and words joined as the criteria say. The statement must join Person."""
        parts = [part for part in (self._words(model), self._authors()) if part is not None]
        joint = sa.and_(*parts) if self.criteria.needs_both else sa.or_(*parts)
        return sa.and_(model.created_at >= self.criteria.written_from, model.created_at <= self.criteria.written_to, joint)

    def alike(self, model: type[Post] | type[Comment]) -> sa.ColumnElement[bool]:
        """Return whether a row says much the same as the sample."""
        if self.sample is None:
            return sa.false()
        is_post = model is Post
        named = ScreenedText.post_id if is_post else ScreenedText.comment_id
        kind = ScreenedText.comment_id.is_(None) if is_post else ScreenedText.comment_id.is_not(None)
        return model.id.in_(sa.select(named).where(says_same(self.sample), kind))

    def pattern(self) -> sa.ColumnElement[bool]:
        """Return which accounts look like what is looked for."""
        wanted, found = self.criteria, []
        if wanted.joined_from:
            found.append(Person.created_at >= wanted.joined_from)
        if wanted.joined_to:
            found.append(Person.created_at <= wanted.joined_to)
        if wanted.name_pattern:
            found.append(Person.name_key.like(like_expression(wanted.name_pattern), escape="!"))
        if wanted.mail_host:
            address = sa.func.lower(sa.func.coalesce(Person.email, Person.pending_email, ""))
            found.append(address.endswith(f"@{wanted.mail_host}", autoescape=True))
        return sa.and_(*found) if found else sa.false()

    def fits(self, name: str) -> bool:
        """Whether an account that SQL found is named like what is looked for."""
        return self.name_like is None or self.name_like.fullmatch(name) is not None

    def why(self, row: Any) -> str:
        """Return why a row of a text belongs to the wave, in words; empty if it does not."""
        words, authors = list(self._why_words(row)), list(self._why_author(row.handle, row.is_like))
        if self.criteria.needs_both and not (words and authors):
            return ""
        return "; ".join([*words, *authors])

    def why_person(self, name: str, is_like: bool) -> str:
        """Return why an account belongs to the wave by itself; empty if it does not."""
        named = [_("an account you named")] if name.casefold() in self.names else []
        alike = [_("an account that looks like the others")] if is_like and self.fits(name) else []
        return "; ".join([*named, *alike])

    def _words(self, model: type[Post] | type[Comment]) -> sa.ColumnElement[bool] | None:
        found: list[sa.ColumnElement[bool]] = [
            sa.func.lower(model.body_html).contains(host, autoescape=True) for host in self.criteria.hosts
        ]
        if self.sample is not None:
            found.append(self.alike(model))
        return sa.or_(*found) if found else None

    def _authors(self) -> sa.ColumnElement[bool] | None:
        found = [self.pattern()] if self.criteria.has_pattern else []
        if self.names:
            found.append(Person.name_key.in_(sorted(self.names)))
        return sa.or_(*found) if found else None

    def _why_words(self, row: Any) -> Iterable[str]:
        hosts = hosts_in(row.body_html) if self.criteria.hosts else ()
        for wanted in self.criteria.hosts:
            if any(host == wanted or host.endswith(f".{wanted}") for host in hosts):
                yield _("leads to %(hosts)s", hosts=wanted)
        if row.is_alike:
            yield _("says much the same")

    def _why_author(self, handle: str | None, is_like: bool) -> Iterable[str]:
        if handle and handle.casefold() in self.names:
            yield _("by an account you named")
        if handle and is_like and self.fits(handle):
            yield _("by an account that looks like the others")


def _rows(actor: Actor, matches: _Matches, model: type[Post] | type[Comment]) -> Sequence[Any]:
    """Return the posts or comments that SQL takes for matches, in the order of their threads."""
    is_like = matches.pattern() if matches.criteria.has_pattern else sa.false()
    statement = (
        sa.select(
            model.id, Thread.id.label("thread_id"), Thread.title, model.created_at, sa.func.substr(model.body_text, 1, _EXCERPT + 1).label("start"),
            model.body_html, Person.id.label("author_id"), Person.name.label("handle"), Person.display_name, Person.role, Person.level,
            matches.alike(model).label("is_alike"), is_like.label("is_like"),
            (sa.literal("p") if model is Post else sa.literal("c")).label("sign"),
        )
        .select_from(model)
    )  # fmt: skip
    if model is Comment:
        statement = statement.join(Post, Post.id == Comment.post_id)
    statement = (
        statement.join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(Person, Person.id == model.author_id)
        .where(moderated_categories(actor), is_in_sight(model), matches.in_sql(model))
        .order_by(Thread.id, model.id)
        .limit(MOST_TEXTS + 1)
    )
    return db.session.execute(statement).all()


def is_in_sight(model: type[Post] | type[Comment]) -> sa.ColumnElement[bool]:
    """Return which texts can be put away: not hidden, though they may wait for a moderator. The statement must join Thread and Post."""
    if model is Comment:
        return sa.or_(Comment.hidden_at.is_(None), Comment.hidden_reason == WAITING)
    holder = sa.case((Post.kind == PostKind.OPENING, Thread.hidden_at), else_=Post.hidden_at)
    return holder.is_(None)


def _text(row: Any, why: str) -> FoundText:
    return FoundText(
        key=f"{row.sign}{row.id}", id=row.id, thread_id=row.thread_id, title=row.title,
        path=post_path(row.id) if row.sign == "p" else comment_path(row.id), excerpt=shorten(row.start, _EXCERPT),
        author_id=row.author_id, author_name=row.display_name or "[removed]",
        author_path=person_path(row.handle) if row.handle else "", created_at=row.created_at, why=why,
    )  # fmt: skip


_TRUSTED = lazy_gettext("is trusted")
_WHY_SPARED = {Role.STAFF: lazy_gettext("is staff"), Role.MODERATOR: lazy_gettext("is moderator"), Role.ADMIN: lazy_gettext("is admin")}  # fmt: skip


def _spared(rows: Iterable[Any]) -> Iterable[Spared]:
    """Return who is spared, with how many texts, the most first."""
    counts, people = Counter(row.handle for row in rows), {row.handle: row for row in rows}
    for handle, number in counts.most_common():
        row = people[handle]
        why = str(_WHY_SPARED.get(row.role, _TRUSTED))
        yield Spared(row.display_name, person_path(handle), why, number)


def _people(texts: Sequence[FoundText], matches: _Matches) -> Iterable[FoundPerson]:
    """Return the accounts: those looked for, and authors of texts of the wave."""
    own = Counter(text.author_id for text in texts if text.author_id is not None)
    is_like = matches.pattern() if matches.criteria.has_pattern else sa.false()
    is_named = Person.name_key.in_(sorted(matches.names)) if matches.names else sa.false()
    looked_for = sa.false() if matches.criteria.needs_both else sa.or_(is_like, is_named)
    statement = (
        sa.select(Person, is_like.label("is_like"))
        .where(sa.or_(Person.id.in_(sorted(own)), looked_for), Person.role == Role.MEMBER, Person.level < SPARED_FROM)
        .order_by(Person.id)
        .limit(MOST_PEOPLE)
    )
    rows = [(person, like) for person, like in db.session.execute(statement) if not person.is_suspended_at(now())]
    everything = _count_texts([person.id for person, _ in rows])
    for person, like in rows:
        here, others = own[person.id], everything[person.id] - own[person.id]
        why = matches.why_person(person.name, bool(like))
        if not here and not why:
            continue
        wrote = _wrote(here, others) if here else ""
        yield FoundPerson(
            f"a{person.id}", person.id, person.display_name, person.path, person.created_at,
            "; ".join(part for part in (why, wrote) if part), bool(why) or others <= 0,
        )  # fmt: skip


def _wrote(here: int, others: int) -> str:
    if others > 0:
        return _("wrote %(here)s of these texts and %(others)s others", here=here, others=others)
    return _("wrote %(here)s of these texts and nothing else", here=here)


def _count_texts(person_ids: Sequence[int]) -> dict[int, int]:
    """Return how many texts of people are not hidden, in one statement for posts and one for comments."""
    found: dict[int, int] = defaultdict(int)
    if not person_ids:
        return found
    posts = (
        sa.select(Post.author_id, sa.func.count()).select_from(Post).join(Thread, Thread.id == Post.thread_id)
        .where(Post.author_id.in_(person_ids), is_in_sight(Post)).group_by(Post.author_id)
    )  # fmt: skip
    comments = (
        sa.select(Comment.author_id, sa.func.count())
        .where(Comment.author_id.in_(person_ids), is_in_sight(Comment))
        .group_by(Comment.author_id)
    )
    for statement in (posts, comments):
        for person_id, number in db.session.execute(statement):
            if person_id is not None:
                found[person_id] += number
    return found
