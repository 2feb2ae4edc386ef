"""Where a search for a wave begins: what one text or account has that others may share. Reads only."""

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.queries import get_person
from app.core.actor import Actor
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Category, Comment, Post, Thread
from app.forum.queries.threads import get_comment, get_post
from app.moderation.policies import ensure_can_moderate_site, moderated_categories
from app.moderation.screening.rules import rules_in_use
from app.moderation.screening.traits import Traits, traits_of
from app.moderation.waves.criteria import HOSTS_MAX
from app.moderation.waves.finding import is_spared
from app.moderation.waves.terms import wave_terms

_NEWEST = 10


class Start(Struct, frozen=True):
    """What the form begins with."""

    hosts: tuple[str, ...] = ()
    sample: str = ""
    people: tuple[str, ...] = ()


def start_from_post(actor: Actor, post_id: int) -> Start:
    """Return where a post leads, its text and its author. Raises Forbidden, NotFound."""
    ensure_can_moderate_site(actor)
    post = get_post(actor, post_id)
    return _start(post.body_html, post.body_source, post.author_id)


def start_from_comment(actor: Actor, comment_id: int) -> Start:
    """Return where a comment leads, its text and its author. Raises Forbidden, NotFound."""
    ensure_can_moderate_site(actor)
    comment = get_comment(actor, comment_id)
    return _start(comment.body_html, comment.body_source, comment.author_id)


def start_from_person(actor: Actor, person_id: int) -> Start:
    """Return an account, and where its newest posts and comments lead. Raises Forbidden, NotFound."""
    ensure_can_moderate_site(actor)
    person = get_person(person_id)
    hosts: dict[str, None] = {}
    for html in (*_newest(actor, person_id, Post), *_newest(actor, person_id, Comment)):
        hosts.update(dict.fromkeys(_hosts(read_traits(html))))
    return Start(tuple(hosts)[:HOSTS_MAX], "", (person.name,))


def read_traits(html: str) -> Traits:
    """Return the traits of a text, given as our own HTML."""
    return traits_of(html, wave_terms().own_host)


def _start(html: str, source: str, author_id: int | None) -> Start:
    traits = read_traits(html)
    author = db.session.get(Person, author_id) if author_id is not None else None
    people = (author.name,) if author is not None and not is_spared(author.role, author.level) else ()
    return Start(_hosts(traits), source if traits.sketch or traits.links else "", people)


def _hosts(traits: Traits) -> tuple[str, ...]:
    rules = rules_in_use()
    return tuple(host for host in traits.hosts if not rules.is_allowed(host))[:HOSTS_MAX]


def _newest(actor: Actor, person_id: int, model: type[Post] | type[Comment]) -> list[str]:
    statement = sa.select(model.body_html).select_from(model)
    if model is Comment:
        statement = statement.join(Post, Post.id == Comment.post_id)
    statement = (
        statement.join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(model.author_id == person_id, moderated_categories(actor))
    )
    return list(db.session.scalars(statement.order_by(model.id.desc()).limit(_NEWEST)))
