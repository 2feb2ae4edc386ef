"""Who may do what in the forum. `can_` is pure, `ensure_` raises, `visible_` is the same rule as an SQL criterion."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.actor import Actor, Audience
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import gettext as _
from app.core.trust import Ability
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.resolution import Voice
from app.forum.models.thread import Status

# From the most open to the most closed.
_FROM_OPEN = (Audience.PUBLIC, Audience.MEMBERS, Audience.STAFF)
# Authors may take back a comment or fix its wording for so long.
COMMENT_EDIT_WINDOW = timedelta(minutes=30)


def can_see_category(actor: Actor, category: Category) -> bool:
    """Readers of its audience see a category."""
    return actor.can_read(category.audience)


def is_as_open(audience: str, home: str) -> bool:
    """Whether everybody who reads categories of the audience `home` reads those of `audience` too."""
    return _FROM_OPEN.index(Audience(audience)) <= _FROM_OPEN.index(Audience(home))


def visible_categories(actor: Actor) -> sa.ColumnElement[bool]:
    """SQL twin of `can_see_category`."""
    return Category.audience.in_(actor.audiences)


def can_see_thread(actor: Actor, thread: Thread) -> bool:
    """Everybody who may read the category sees listed threads; held ones also their author; moderators all of them."""
    if not actor.can_read(thread.category.audience):
        return False
    if actor.is_moderator or thread.is_listed:
        return True
    return thread.hidden_at is None and actor.is_authenticated and thread.author_id == actor.id


def visible_threads(actor: Actor, own_id: int | sa.BindParameter[int] | None = None) -> sa.ColumnElement[bool]:
    """SQL twin of `can_see_thread`; the statement must join Category. `own_id` as in `visible_posts`."""
    readable = visible_categories(actor)
    if actor.is_moderator:
        return readable
    listed = sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None))
    if actor.is_authenticated:
        listed = sa.or_(listed, sa.and_(Thread.hidden_at.is_(None), Thread.author_id == (actor.id if own_id is None else own_id)))
    return sa.and_(readable, listed)


def listed_threads(actor: Actor) -> sa.ColumnElement[bool]:
    """Threads for lists, feeds and search: readable, neither held nor hidden, whoever asks. The statement must join Category."""
    return sa.and_(visible_categories(actor), Thread.hidden_at.is_(None), Thread.held_at.is_(None))


def listed_of_named(actor: Actor) -> sa.ColumnElement[bool]:
    """As listed_threads, for statements that name the threads they look at: with that, SQLite goes through all listed ones instead."""
    return sa.and_(visible_categories(actor), neither_held_nor_hidden())


def neither_held_nor_hidden() -> sa.ColumnElement[bool]:
    """Say of `Thread` that it is listed, in words for which no index is chosen."""
    return sa.func.coalesce(Thread.hidden_at, Thread.held_at).is_(None)


def can_see_post(actor: Actor, post: Post, thread: Thread) -> bool:
    """A post is seen with its thread; a hidden one by moderators only, a held one also by its author."""
    if not can_see_thread(actor, thread):
        return False
    if actor.is_moderator or post.is_listed:
        return True
    return post.hidden_at is None and actor.is_authenticated and post.author_id == actor.id


def visible_posts(actor: Actor, own_id: int | sa.BindParameter[int] | None = None) -> sa.ColumnElement[bool]:
    """SQL twin of `can_see_post` within a visible thread. `own_id` stands for the actor's number in statements that are built once."""
    if actor.is_moderator:
        return sa.true()
    listed = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None))
    if actor.is_authenticated:
        return sa.or_(listed, sa.and_(Post.hidden_at.is_(None), Post.author_id == (actor.id if own_id is None else own_id)))
    return listed


def visible_comments(actor: Actor) -> sa.ColumnElement[bool]:
    """Hidden comments are seen by moderators only."""
    return sa.true() if actor.is_moderator else Comment.hidden_at.is_(None)


def can_see_comment(actor: Actor, comment: Comment) -> bool:
    """Python twin of `visible_comments`."""
    return actor.is_moderator or comment.hidden_at is None


def can_start_thread(actor: Actor, category: Category) -> bool:
    """People who may post start threads in every category they can read."""
    return actor.can_post and can_see_category(actor, category)


def can_add_post(actor: Actor, thread: Thread) -> bool:
    """People who may post answer or reply in open, listed threads; moderators in locked ones too."""
    if not actor.can_post or not can_see_thread(actor, thread) or not thread.is_listed:
        return False
    return thread.is_open or actor.is_moderator


def can_comment(actor: Actor, post: Post, thread: Thread) -> bool:
    """Whoever may add a post may comment on a listed one."""
    return can_add_post(actor, thread) and post.is_listed


def can_vote(actor: Actor, post: Post, thread: Thread) -> bool:
    """People vote on listed posts of others, until the thread is archived."""
    if thread.archived_at is not None:
        return False
    return actor.can_write and can_see_post(actor, post, thread) and post.is_listed and post.author_id != actor.id


def can_say_me_too(actor: Actor, thread: Thread) -> bool:
    """Everybody but the asker may have the same problem."""
    if not actor.can_write or thread.author_id == actor.id:
        return False
    return thread.is_question and thread.is_listed and can_see_thread(actor, thread)


def can_follow(actor: Actor, thread: Thread) -> bool:
    """Signed-in readers may follow a thread."""
    return actor.is_authenticated and can_see_thread(actor, thread)


def can_edit_post(actor: Actor, post: Post, thread: Thread) -> bool:
    """Authors edit their own posts until the thread is locked or archived; staff and moderators edit any."""
    if not actor.can_post or not can_see_post(actor, post, thread):
        return False
    if actor.is_moderator or actor.is_staff:
        return True
    return post.author_id == actor.id and thread.locked_at is None and thread.archived_at is None


def can_take_back_post(actor: Actor, post: Post, thread: Thread) -> bool:
    """Authors take back an answer or reply of theirs, unless it is a solution or a reader said that it worked."""
    if post.kind == PostKind.OPENING or post.hidden_at is not None or post.author_id != actor.id:
        return False
    return can_edit_post(actor, post, thread) and post.accepted_at is None and not post.worked_count


def can_improve_title(actor: Actor, thread: Thread) -> bool:
    """People who are trusted to improve title and tags of others' questions, until these are locked or archived."""
    if not actor.can_post or not actor.has(Ability.EDIT_TITLES) or not can_see_thread(actor, thread):
        return False
    return thread.is_question and thread.is_listed and thread.locked_at is None and thread.archived_at is None


def can_edit_comment(actor: Actor, comment: Comment, thread: Thread, moment: datetime | None = None) -> bool:
    """Authors change a comment for half an hour; moderators any time."""
    if not actor.can_post or not can_see_thread(actor, thread):
        return False
    if actor.is_moderator:
        return True
    fresh = (moment or now()) - comment.created_at <= COMMENT_EDIT_WINDOW
    return comment.author_id == actor.id and comment.hidden_at is None and fresh


def can_accept(actor: Actor, thread: Thread) -> bool:
    """The asker accepts answers; staff and moderators do it for an absent asker."""
    if not actor.can_write or not thread.is_question or not can_see_thread(actor, thread) or not thread.is_listed:
        return False
    return thread.author_id == actor.id or actor.is_staff or actor.is_moderator


def can_report_outcome(actor: Actor, thread: Thread) -> bool:
    """Only the asker (or staff, moderators for them) says how a question ended."""
    return can_accept(actor, thread)


def is_proposed(post: Post) -> bool:
    """Whether readers are asked if an answer worked for them: it is a solution, or readers voted it up."""
    return is_answer(post) and post.is_listed and (post.accepted_at is not None or post.score > 0)


def can_say_worked(actor: Actor, post: Post, thread: Thread) -> bool:
    """Every reader says whether an answer worked for them, signed in or not, also long after a question was closed or locked.

    The asker has a stronger word of their own, nobody speaks for their own answer, and suspended people do not speak at all.
    """
    if actor.is_suspended or not thread.is_question or not is_answer(post) or not post.is_listed or not thread.is_listed:
        return False
    is_own = actor.is_authenticated and actor.id in (thread.author_id, post.author_id)
    return not is_own and can_see_thread(actor, thread)


def can_ask_for_information(actor: Actor, thread: Thread) -> bool:
    """Staff and moderators ask the asker of an open question for details; nobody asks themselves."""
    if not thread.is_question or thread.author_id == actor.id or not (actor.is_staff or actor.is_moderator):
        return False
    return can_add_post(actor, thread)


def voice_of(actor: Actor, thread: Thread) -> Voice:
    """Return as whom the actor speaks about a question: its asker, staff and moderators for them, or one of its readers."""
    if actor.is_authenticated and thread.author_id == actor.id:
        return Voice.ASKER
    return Voice.STAFF if actor.is_staff or actor.is_moderator else Voice.READER


def can_moderate(actor: Actor, thread: Thread) -> bool:
    """Moderators hide, lock, move, close and approve what they can read."""
    return actor.is_moderator and actor.can_write and actor.can_read(thread.category.audience)


def is_slowed(actor: Actor, thread: Thread) -> bool:
    """Whether the actor waits between two posts in the thread: everybody does in a slow one, but staff and moderators."""
    return thread.slow_minutes > 0 and not actor.is_curator


def can_pin_card(actor: Actor, thread: Thread) -> bool:
    """Staff and moderators pin an answer of a listed question that they read as its answer card, and take it off again."""
    return actor.is_curator and actor.can_write and thread.is_question and thread.is_listed and can_see_thread(actor, thread)


def shows_card(thread: Thread) -> bool:
    """Whether a pinned answer card counts now: the question is solved, stands for itself, and no article has taken over."""
    is_on_its_own = thread.duplicate_of_id is None and not thread.article_path
    return thread.card_post_id is not None and thread.status == Status.SOLVED and is_on_its_own


def card_shown() -> sa.ColumnElement[bool]:
    """SQL twin of `shows_card`."""
    is_on_its_own = sa.and_(Thread.duplicate_of_id.is_(None), Thread.article_path == "")
    return sa.and_(Thread.card_post_id.is_not(None), Thread.status == Status.SOLVED, is_on_its_own)


def can_flag(actor: Actor, thread: Thread) -> bool:
    """People who may post may report what they see."""
    return actor.can_write and can_see_thread(actor, thread)


def can_see_history(actor: Actor, post: Post, thread: Thread) -> bool:
    """Revisions are open to everybody who sees the post."""
    return can_see_post(actor, post, thread)


def can_manage_products(actor: Actor) -> bool:
    """Admins keep the products and publish their versions."""
    return actor.is_admin and actor.can_write


def can_set_versions(actor: Actor, thread: Thread) -> bool:
    """Askers say which version a thread of theirs is about while it is not locked; staff and moderators for them."""
    if not actor.can_write or not can_see_thread(actor, thread):
        return False
    return actor.is_curator or (thread.author_id == actor.id and thread.locked_at is None)


def can_check_version(actor: Actor, thread: Thread) -> bool:
    """Staff and moderators say whether the solution of a listed question still holds on a version."""
    return actor.can_write and actor.is_curator and thread.is_question and thread.is_listed and can_see_thread(actor, thread)


def is_held_on_arrival(actor: Actor, category: Category) -> bool:
    """Whether a new thread of this actor waits for approval."""
    return category.needs_approval and not (actor.is_moderator or actor.is_staff)


def ensure_can_see_thread(actor: Actor, thread: Thread) -> None:
    """Raise NotFound unless the actor may see the thread."""
    if not can_see_thread(actor, thread):
        raise NotFound


def ensure_can_see_post(actor: Actor, post: Post, thread: Thread) -> None:
    """Raise NotFound unless the actor may see the post."""
    if not can_see_post(actor, post, thread):
        raise NotFound


def ensure_can_see_category(actor: Actor, category: Category) -> None:
    """Raise NotFound unless the actor may see the category."""
    if not can_see_category(actor, category):
        raise NotFound


def _refuse(actor: Actor, message: str, *, is_text: bool = False) -> None:
    """Raise Forbidden in the words that fit: what silences the actor first. `is_text`: it is about writing, not about taking part."""
    if actor.silence and (is_text or actor.is_suspended):
        raise Forbidden(actor.silence)
    raise Forbidden(message)


def ensure_can_start_thread(actor: Actor, category: Category) -> None:
    """Raise NotFound or Forbidden unless the actor may start a thread in the category."""
    ensure_can_see_category(actor, category)
    if not can_start_thread(actor, category):
        _refuse(actor, _("You are not allowed to post here."), is_text=True)


def ensure_can_add_post(actor: Actor, thread: Thread) -> None:
    """Raise NotFound, Forbidden or (for a thread that takes no more posts) Conflict."""
    ensure_can_see_thread(actor, thread)
    if can_add_post(actor, thread):
        return
    if actor.can_post and not thread.is_open:
        raise Conflict(_("This thread does not take new posts any more."))
    if actor.can_post and not thread.is_listed:
        raise Conflict(_("This thread is waiting for approval."))
    _refuse(actor, _("You are not allowed to post here."), is_text=True)


def ensure_can_comment(actor: Actor, post: Post, thread: Thread) -> None:
    """Raise unless the actor may comment on the post."""
    ensure_can_see_post(actor, post, thread)
    ensure_can_add_post(actor, thread)
    if not can_comment(actor, post, thread):
        raise Conflict(_("This post does not take comments."))


def ensure_can_vote(actor: Actor, post: Post, thread: Thread) -> None:
    """Raise unless the actor may vote on the post."""
    ensure_can_see_post(actor, post, thread)
    if not can_vote(actor, post, thread):
        is_own = post.author_id == actor.id
        _refuse(actor, _("You are not allowed to vote on your own post.") if is_own else _("You are not allowed to vote here."))


def ensure_can_say_me_too(actor: Actor, thread: Thread) -> None:
    """Raise unless the actor may say me-too."""
    ensure_can_see_thread(actor, thread)
    if not can_say_me_too(actor, thread):
        _refuse(actor, _("You are not allowed to say me-too here."))


def ensure_can_follow(actor: Actor, thread: Thread) -> None:
    """Raise unless the actor may follow the thread."""
    ensure_can_see_thread(actor, thread)
    if not can_follow(actor, thread):
        _refuse(actor, _("You are not allowed to follow this."))


def ensure_can_edit_post(actor: Actor, post: Post, thread: Thread) -> None:
    """Raise unless the actor may edit the post."""
    ensure_can_see_post(actor, post, thread)
    if not can_edit_post(actor, post, thread):
        _refuse(actor, _("You are not allowed to edit this post."), is_text=True)


def ensure_can_improve_title(actor: Actor, thread: Thread) -> None:
    """Raise NotFound, Forbidden or (for a discussion, or one that takes no changes) Conflict."""
    ensure_can_see_thread(actor, thread)
    if can_improve_title(actor, thread):
        return
    if actor.can_post and actor.has(Ability.EDIT_TITLES):
        raise Conflict(_("The title of this cannot be changed: it is no question, out of sight, locked or archived."))
    _refuse(
        actor,
        _("You are not allowed to change this title: it takes a level of trust, see “How trust grows”."),
        is_text=True,
    )


def ensure_can_edit_comment(actor: Actor, comment: Comment, thread: Thread) -> None:
    """Raise unless the actor may change the comment."""
    ensure_can_see_thread(actor, thread)
    if not can_see_comment(actor, comment):
        raise NotFound
    if not can_edit_comment(actor, comment, thread):
        _refuse(actor, _("You are not allowed to change this comment any more."), is_text=True)


def ensure_can_accept(actor: Actor, thread: Thread) -> None:
    """Raise unless the actor may accept answers of the thread."""
    ensure_can_see_thread(actor, thread)
    if not can_accept(actor, thread):
        _refuse(actor, _("You are not allowed to accept answers here."))


def ensure_can_say_worked(actor: Actor, post: Post, thread: Thread) -> None:
    """Raise NotFound, Conflict (nothing that could work: hidden, or no answer) or Forbidden unless the actor may say so."""
    ensure_can_see_post(actor, post, thread)
    if not is_answer(post) or not post.is_listed or not thread.is_listed:
        raise Conflict(_("Only a visible answer can have worked for somebody."))
    if can_say_worked(actor, post, thread):
        return
    if actor.id == thread.author_id and not actor.is_suspended:
        raise Forbidden(_("You asked this: mark the answer that solved it, or say at the top that you are still stuck."))
    _refuse(actor, _("You are not allowed to judge your own answer."))


def ensure_can_report_outcome(actor: Actor, thread: Thread) -> None:
    """Raise unless the actor may say how the question ended."""
    ensure_can_see_thread(actor, thread)
    if not can_report_outcome(actor, thread):
        _refuse(actor, _("You are not allowed to say how this question ended."))


def ensure_can_ask_for_information(actor: Actor, thread: Thread) -> None:
    """Raise NotFound, Forbidden or (for a thread that takes no more posts) Conflict."""
    ensure_can_add_post(actor, thread)
    if not can_ask_for_information(actor, thread):
        _refuse(actor, _("You are not allowed to ask for details here."))


def ensure_can_manage_products(actor: Actor) -> None:
    """Raise NotFound unless the actor keeps the products: unpublished versions are a secret."""
    if not can_manage_products(actor):
        raise NotFound


def ensure_can_set_versions(actor: Actor, thread: Thread) -> None:
    """Raise NotFound or Forbidden unless the actor may say which versions the thread is about."""
    ensure_can_see_thread(actor, thread)
    if not can_set_versions(actor, thread):
        _refuse(actor, _("You are not allowed to change the versions of this thread."))


def ensure_can_check_version(actor: Actor, thread: Thread) -> None:
    """Raise NotFound or Forbidden unless the actor may say whether the solution holds on a version."""
    ensure_can_see_thread(actor, thread)
    if not can_check_version(actor, thread):
        _refuse(actor, _("You are not allowed to check this."))


def ensure_can_moderate(actor: Actor, thread: Thread) -> None:
    """Raise unless the actor moderates the thread."""
    ensure_can_see_thread(actor, thread)
    if not can_moderate(actor, thread):
        _refuse(actor, _("You are not allowed to moderate this."))


def ensure_can_pin_card(actor: Actor, thread: Thread) -> None:
    """Raise NotFound, Conflict (nothing that can have a card) or Forbidden unless the actor may pin and unpin the card."""
    ensure_can_see_thread(actor, thread)
    if can_pin_card(actor, thread):
        return
    if actor.is_curator and actor.can_write:
        raise Conflict(_("Only a visible question can have an answer card."))
    _refuse(actor, _("You are not allowed to pin answer cards."))


def ensure_can_flag(actor: Actor, thread: Thread) -> None:
    """Raise unless the actor may report things in the thread."""
    ensure_can_see_thread(actor, thread)
    if not can_flag(actor, thread):
        _refuse(actor, _("You are not allowed to report this."))


def is_answer(post: Post) -> bool:
    """Whether the post can be accepted at all."""
    return post.kind == PostKind.ANSWER


def public_only() -> sa.ColumnElement[bool]:
    """Criterion of threads for public surfaces without an actor (sitemap, feeds). The statement must join Category."""
    return sa.and_(Category.audience == Audience.PUBLIC, Thread.hidden_at.is_(None), Thread.held_at.is_(None))
