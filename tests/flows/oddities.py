"""Threads that the demo community does not have and a crawler must cope with: added to the demo for the tests of crawlers."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.markup import render_inline
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from tests.factories import accept, make_answer, make_person, make_thread

LINKS = (
    "See [the maker](https://example.com/pump), <https://example.org/>, www.example.net and //example.info/x.\n\n"
    "Not [this](javascript:alert(1)), [that](data:text/html,x) or [those](vbscript:x); "
    "but [the tags](/tags) and [mail](mailto:a@example.com).\n\n"
    "[label]: https://example.com/label\n\nAnd [label] with ![a picture](https://example.com/pump.png)."
)
HOSTILE = 'Why does </script><script>alert(1)</script> & "quotes" <b>hum</b>?'
SAME = "This text is the title of a question and the whole of its opening text, word for word."
LONG_AGO = timedelta(days=200)


def add_oddities() -> None:
    """Add them to public category `sensors`, with a trusted author."""
    category = db.session.scalars(sa.select(Category).where(Category.slug == "sensors")).one()
    trusted = make_person("oddly", website="https://example.com/oddly", pinned_level=2, level=2, created_at=now() - LONG_AGO)
    at = now() - LONG_AGO

    def ask(title: str, text: str, kind: str = "question") -> Thread:
        return make_thread(author=trusted, title=title, text=text, category=category, kind=kind, created_at=at)

    linked = ask("Which links does this forum follow?", LINKS)
    accept(make_answer(linked, trusted, LINKS + "\n\nThat is all.", created_at=at, score=2))
    hostile = ask(HOSTILE, "It says `</script>` and ]]> and &amp; and <!-- that.")
    first = make_answer(hostile, None, "An answer with </script> and <b>tags</b>.", created_at=at, score=1)
    accept(first)
    accept(make_answer(hostile, None, "A second answer that is right.", created_at=at + timedelta(hours=1)))
    make_answer(hostile, None, "An answer that was hidden: marzipan-secret.", created_at=at, hidden_at=at)
    make_answer(hostile, None, "An answer that waits: marzipan-secret.", created_at=at, held_at=at)
    _say(first, "A comment with </script> that ends nothing.", at)
    _say(first, "A comment that was hidden: marzipan-secret.", at, hidden_at=at)
    same = ask(SAME, SAME)
    make_answer(same, None, "![only a picture](https://example.com/x.png)", created_at=at, score=3)
    make_answer(same, None, "And one with words.", created_at=at, score=1)
    left = ask("Who asked this and left?", "The account of the person who asked is gone, and so is that of the helper.")
    _forget(left, make_answer(left, None, "Nobody knows who wrote this answer.", created_at=at, score=4))
    _long(ask("Where do you keep your seedlings in spring?", "Tell everybody. " * 12, "discussion"), at)
    for kind in ("question", "discussion"):
        ask(f"A {kind} that nobody wrote below in half a year?", "It has words enough to be no thin page. " * 6, kind)


def _say(post: Post, text: str, at: datetime, **values: datetime) -> None:
    rendered = render_inline(text)
    with unit_of_work():
        comment = Comment(
            post_id=post.id, author_id=post.author_id, body_source=rendered.source, body_html=str(rendered.html),
            body_text=rendered.text, created_at=at, **values,
        )  # fmt: skip
        db.session.add(comment)
        if not values:
            db.session.get_one(Post, post.id).comment_count += 1


def _forget(thread: Thread, answer: Post) -> None:
    with unit_of_work():
        db.session.get_one(Thread, thread.id).author_id = None
        for post in db.session.scalars(sa.select(Post).where(Post.thread_id == thread.id)):
            post.author_id = None


def _long(thread: Thread, at: datetime) -> None:
    for number in range(45):
        make_answer(thread, None, f"On shelf number {number}, below the lamp.", created_at=at + timedelta(hours=number))
