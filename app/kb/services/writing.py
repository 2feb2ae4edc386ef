"""Writing articles: new ones, new revisions, going back to an old one. Owns revisions, slugs and placement, not states.

Readers keep seeing the published revision until `publishing.publish`; only section, slug and audience take effect at once.
"""

import sqlalchemy as sa

from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, lock_name
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, separated, speaking
from app.core.markup import Rendered
from app.core.records import Struct
from app.core.slugs import slugify
from app.core.uow import require_unit_of_work
from app.forum.models.thread import TITLE_MAX
from app.kb.credits import plain_text
from app.kb.models import (
    APPLIES_MAX,
    NOTE_MAX,
    SUMMARY_MAX,
    Article,
    ArticleKind,
    ArticleRevision,
    ArticleSlug,
    ArticleState,
    Section,
)
from app.kb.policies import (
    can_publish_article,
    ensure_can_edit_article,
    ensure_can_propose_articles,
    ensure_can_set_audience,
)
from app.kb.queries.articles import (
    find_slug_owner,
    get_article_and_threads_for_update,
    get_article_for_update,
    get_revision,
    list_slugs_like,
    look_up_revision,
)
from app.kb.services.blocks import Block, dump_blocks, load_blocks, origins_of
from app.kb.services.marking import mark_threads
from app.kb.services.readers import ensure_sources_allow, let_texts_follow
from app.kb.services.reusing import request_uses
from app.kb.services.sourcing import sync_sources

ARTICLE_MAX = 100_000
ASKED_AS_MAX = 10_000
SLUG_LENGTH = 80


class StaleEdit(Conflict):
    """Somebody saved a newer revision meanwhile. `current` is its number."""

    default_message = lazy_gettext(
        "Somebody saved a newer version while you were writing. Your text is kept below: compare, then save again."
    )

    def __init__(self, current: int) -> None:
        super().__init__()
        self.current = current


class ArticleText(Struct, frozen=True):
    """What a revision holds. `asked_as` has one wording a line; `body` was assembled from `blocks`, if there are any."""

    title: str
    body: Rendered
    summary: str = ""
    applies_to: str = ""
    asked_as: str = ""
    blocks: tuple[Block, ...] = ()


class Placement(Struct, frozen=True):
    """Where an article stands and who reads it. An empty slug is made from the title (new) or kept (known articles).

    `kind` stays as it is when None. `language` is a code, or "" for the site's own; when None it is the section's for new articles and
    for those that had the language of their section, else it stays.
    """

    section_id: int
    audience: str
    slug: str = ""
    kind: str | None = None
    language: str | None = None


def create_article(actor: Actor, *, place: Placement, text: ArticleText, note: str = "") -> Article:
    """Write a new draft, owned by the actor; one made of blocks may still be without words.

    Raises Forbidden, or Invalid for a text or place that breaks a rule, or that has a source with fewer readers.
    """
    require_unit_of_work()
    ensure_can_propose_articles(actor)
    ensure_can_set_audience(actor, place.audience)
    _check_text(text)
    section = _get_section(place.section_id)
    article = Article(
        section_id=section.id, slug=_choose_slug(place.slug, text.title), title=text.title, summary=text.summary,
        applies_to=text.applies_to, asked_as=text.asked_as, state=ArticleState.DRAFT, audience=place.audience,
        owner_id=actor.id, revision=1, kind=place.kind or ArticleKind.SOLUTION,
        language=section.language if place.language is None else place.language,
    )  # fmt: skip
    article.section = section
    db.session.add(article)
    db.session.flush()
    _add_revision(actor, article, text, note)
    db.session.flush()
    sync_sources(article)
    ensure_sources_allow(article, place.audience)
    return article


def save_revision(
    actor: Actor, *, article_id: int, base_revision: int, place: Placement, text: ArticleText, note: str = "",
    is_published_next: bool = False,
) -> Article:  # fmt: skip
    """Add a revision written on top of `base_revision`, and move the article if its place changed.

    What readers see is moved by those who may publish it only, and opened to more of them only when it is the newest text, or the
    caller publishes that in the same unit of work (`is_published_next`).

    Raises StaleEdit when a newer revision exists (nothing is written), Invalid, Forbidden or NotFound.
    """
    require_unit_of_work()
    article = get_article_and_threads_for_update(article_id, [origin.thread_id for origin in origins_of(text.blocks)])
    ensure_can_edit_article(actor, article)
    may_move = can_publish_article(actor, article) or article.published_revision is None
    if may_move:
        ensure_can_set_audience(actor, place.audience)
    if base_revision != article.revision:
        raise StaleEdit(article.revision)
    _check_text(text)
    before = article.audience
    is_moved = may_move and _move(article, place)
    if _differs(get_revision(article.id, article.revision), text):
        _take_over(actor, article, text, note)
    ensure_sources_allow(article, article.audience)
    db.session.flush()
    if before != article.audience:
        let_texts_follow(article, before, is_published_next)
        request_uses(article.id)
    if is_moved:
        mark_threads(article)
    return article


def restore_revision(actor: Actor, *, article_id: int, number: int, body: Rendered) -> Article:
    """Make revision `number` the newest one again, as a revision of its own. `body` is its text, rendered anew.

    Raises Conflict when it is the newest already or its text is not `body`'s; NotFound, also for a text kept from the actor.
    """
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_edit_article(actor, article)
    old = look_up_revision(actor, article_id, number)
    if number == article.revision or old.body_source != body.source:
        raise Conflict
    text = ArticleText(old.title, body, old.summary, old.applies_to, old.asked_as, load_blocks(old.blocks))
    with speaking(None):  # kept in the language of the site
        note = _("Restored version %(number)s", number=number)
    _take_over(actor, article, text, note, is_older=True)
    ensure_sources_allow(article, article.audience)
    return article


def _take_over(actor: Actor, article: Article, text: ArticleText, note: str, is_older: bool = False) -> None:
    """Make a text the newest revision, and let the sources follow its blocks."""
    article.revision += 1
    _add_revision(actor, article, text, note)
    if article.published_revision is None:
        copy_text(article, text)
    db.session.flush()
    sync_sources(article, is_older_text=is_older)


def copy_text(article: Article, text: ArticleText | ArticleRevision) -> None:
    """Take title, summary and wordings over into the article's own row."""
    article.title, article.summary = text.title, text.summary
    article.applies_to, article.asked_as = text.applies_to, text.asked_as


def _add_revision(actor: Actor, article: Article, text: ArticleText, note: str) -> None:
    db.session.add(
        ArticleRevision(
            article_id=article.id, number=article.revision, audience=article.audience, title=text.title, summary=text.summary,
            applies_to=text.applies_to, asked_as=text.asked_as, blocks=dump_blocks(text.blocks), body_source=text.body.source,
            body_html=str(text.body.html), body_text=plain_text(str(text.body.html)),
            toc=[list(item) for item in text.body.toc], renderer_version=text.body.version, editor_id=actor.id,
            note=note[:NOTE_MAX], created_at=now(),
        )
    )  # fmt: skip
    ensure_may_still_post(actor)


def _differs(old: ArticleRevision, new: ArticleText) -> bool:
    before = (old.title, old.summary, old.applies_to, old.asked_as)
    if before != (new.title, new.summary, new.applies_to, new.asked_as):
        return True
    if old.blocks and new.blocks:
        return load_blocks(old.blocks) != new.blocks
    return old.body_source.strip() != new.body.source.strip()


def _check_text(text: ArticleText) -> None:
    problems: dict[str, str] = {}
    for name, value, limit in (
        ("title", text.title, TITLE_MAX), ("summary", text.summary, SUMMARY_MAX), ("applies_to", text.applies_to, APPLIES_MAX),
        ("asked_as", text.asked_as, ASKED_AS_MAX), ("body", text.body.source, ARTICLE_MAX),
    ):  # fmt: skip
        if len(value) > limit:
            has = separated(len(value))
            problems[name] = _("Please shorten this to %(limit)s characters; it has %(has)s.", limit=separated(limit), has=has)
    if not text.title.strip():
        problems["title"] = _("Please give the article a title.")
    if not text.blocks and is_blank(text.body):
        problems["body"] = _("Please write something.")
    if problems:
        raise Invalid(problems)


def is_blank(text: Rendered | ArticleRevision) -> bool:
    """Return whether there is nothing to read: neither words nor a picture."""
    html, words = (text.html, text.text) if isinstance(text, Rendered) else (text.body_html, text.body_text)
    return not words.strip() and "<img" not in html


def _get_section(section_id: int) -> Section:
    held = sa.select(Section).where(Section.id == section_id).with_for_update(read=True, key_share=True)  # not removed meanwhile
    section: Section | None = db.session.scalar(held.execution_options(populate_existing=True))
    if section is None:
        raise Invalid(_("This section is gone. Please choose another one."), "section_id")
    return section


def _move(article: Article, place: Placement) -> bool:
    """Apply a new section, slug, audience, kind or language and return whether anything changed."""
    before = (article.section_id, article.slug, article.audience, article.kind, article.language)
    section, follows = _get_section(place.section_id), article.language == article.section.language
    article.section_id, article.section, article.audience = section.id, section, place.audience
    if place.kind is not None:
        article.kind = place.kind
    if place.language is not None or follows:
        article.language = section.language if place.language is None else place.language
    wanted = slugify(place.slug, SLUG_LENGTH) if place.slug else article.slug
    if wanted != article.slug:
        _take_slug(article, wanted)
    return before != (article.section_id, article.slug, article.audience, article.kind, article.language)


def _take_slug(article: Article, slug: str) -> None:
    """Give the article a slug; the old one keeps leading to it. A slug that another article ever had cannot be taken."""
    lock_name("article", slug)
    if find_slug_owner(slug) not in (None, article.id):
        raise Invalid(_("Another article has or had this address. Please choose a different one."), "slug")
    db.session.execute(sa.delete(ArticleSlug).where(ArticleSlug.slug == slug))
    db.session.add(ArticleSlug(slug=article.slug, article_id=article.id))
    article.slug = slug


def _choose_slug(wanted: str, title: str) -> str:
    """Return the slug of a new article: the wanted one if free (else Invalid), or one made from the title."""
    slug = slugify(wanted or title, SLUG_LENGTH)
    lock_name("article", slug)
    if wanted and find_slug_owner(slug) is not None:
        raise Invalid(_("Another article has or had this address. Please choose a different one."), "slug")
    taken = list_slugs_like(slug)
    if slug not in taken:
        return slug
    return next(name for name in (f"{slug}-{number}" for number in range(2, len(taken) + 3)) if name not in taken)
