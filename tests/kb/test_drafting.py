"""Unsaved edits, the table of sources that follows the blocks, and threads linked to articles."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.markup import render_markdown
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum.services import curating, editing
from app.kb.models import Article, ArticleDraft, ArticleFix, ArticleSource, Candidate, CandidateDecision, FixState, SourceRole
from app.kb.passages import to_block, to_sources
from app.kb.queries.articles import get_article_and_threads_for_update, get_revision
from app.kb.queries.credited import credited_to
from app.kb.queries.sources import list_credits, list_source_posts
from app.kb.services import drafting
from app.kb.services.assembling import assemble_body
from app.kb.services.blocks import Block, load_blocks, origins_of
from app.kb.services.drafting import Edit, blocks_of, edit_of
from app.kb.services.fixing import link_thread, settle_fix
from app.kb.services.marking import mark_threads
from app.kb.services.publishing import publish
from app.kb.services.rearranging import rearrange
from app.kb.services.writing import ArticleText, create_article, restore_revision, save_revision
from tests.factories import actor_of, make_answer, make_article, make_category, make_question, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import fresh, make_solved, place, promote_and_publish, source_of


def made_of(actor: Any, *blocks: Block, title: str = "Prime the pump", **values: Any) -> ArticleText:
    """The text of blocks, as the routes make it."""
    posts = to_sources(list_source_posts(actor, [origin.post_id for origin in origins_of(blocks)]))
    return ArticleText(title, render_markdown(assemble_body(blocks, posts), top_level=2), blocks=blocks, **values)


def write(actor: Any, *blocks: Block, audience: str = "public") -> Article:
    section, text = make_section(), made_of(actor, *blocks)
    with unit_of_work():
        return create_article(actor, place=place(section.id, audience), text=text)


def save(actor: Any, article: Article, *blocks: Block) -> Article:
    now = fresh(article)
    with unit_of_work():
        return save_revision(
            actor, article_id=article.id, base_revision=now.revision, place=place(now.section_id, now.audience),
            text=made_of(actor, *blocks),
        )  # fmt: skip


def sources(article: Article) -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(ArticleSource).where(ArticleSource.article_id == article.id).order_by(ArticleSource.position)
    )
    return [(row.post_id, row.role) for row in rows]


def test_sources_follow_the_blocks_of_several_threads(app: Flask, crew: Crew):
    (_one, first), (_two, second) = make_solved("One"), make_solved("Two")
    a, b = to_block(first, SourceRole.SOLUTION), to_block(second, SourceRole.ALTERNATIVE)
    article = write(crew.agent, a)
    save(crew.agent, article, b, a)
    assert sources(article) == [(second.id, "alternative"), (first.id, "solution")]
    save(crew.agent, article, b)
    assert sources(article) == [(second.id, "alternative")]
    assert load_blocks(get_revision(article.id, 2).blocks) == (b, a)


def test_what_readers_see_keeps_its_sources_until_the_next_version_is_published(app: Flask, crew: Crew):
    (_one, first), (_two, second) = make_solved("One"), make_solved("Two")
    a, b = to_block(first, SourceRole.SOLUTION), to_block(second, SourceRole.SOLUTION)
    article = write(crew.agent, a)
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    save(crew.agent, article, b)
    assert set(sources(article)) == {(first.id, "solution"), (second.id, "solution")}
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    assert sources(article) == [(second.id, "solution")]


def test_threads_name_the_article_that_readers_find_their_words_in_and_no_other(app: Flask, crew: Crew):
    (one, first), (two, second) = make_solved("One"), make_solved("Two")
    article = write(crew.agent, to_block(first, SourceRole.SOLUTION))
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    save(crew.agent, article, to_block(second, SourceRole.SOLUTION))
    with unit_of_work():
        mark_threads(get_article_and_threads_for_update(article.id))
    assert (fresh(one).article_id, fresh(two).article_id) == (article.id, None)
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    assert (fresh(one).article_id, fresh(two).article_id) == (None, article.id)


def credited(article: Article) -> list[int]:
    db.session.rollback()
    return [credit.post_id for credit in list_credits(ANONYMOUS, article.id)]


def test_only_authors_of_the_text_that_readers_see_are_credited(app: Flask, crew: Crew):
    (_one, first), (_two, second) = make_solved("One"), make_solved("Two", author=crew.member)
    a, b = to_block(first, SourceRole.SOLUTION), to_block(second, SourceRole.SOLUTION)
    article = write(crew.agent, a)
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    save(crew.agent, article, a, b)
    assert credited(article) == [first.id]
    assert second.author_id is not None and credited_to(ANONYMOUS, second.author_id).count == 0
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    assert credited(article) == [first.id, second.id] and credited_to(ANONYMOUS, second.author_id).count == 1


def test_a_text_in_one_piece_credits_whom_it_credited_before_and_nobody_of_the_next_version(app: Flask, crew: Crew):
    (thread, first), (_two, second) = make_solved("One"), make_solved("Two")
    article = promote_and_publish(crew.curator, thread, [first], make_section().id)
    before = credited(article)
    save(crew.agent, article, *blocks_of(get_revision(article.id, 1)), to_block(second, SourceRole.SOLUTION))
    assert credited(article) == before and first.id in before
    with unit_of_work():
        publish(crew.agent, article_id=article.id)
    assert credited(article) == [*before, second.id]


def test_an_edited_or_split_block_keeps_its_source_and_says_that_it_was_edited(app: Flask, crew: Crew):
    _thread, answer = make_solved()
    block = to_block(answer, SourceRole.SOLUTION)
    article = write(crew.agent, block)
    assert "From the answer by" in get_revision(article.id, 1).body_source
    save(crew.agent, article, replace(block, body="In other words."))
    assert "Based on the answer by" in get_revision(article.id, 2).body_source
    assert sources(article) == [(answer.id, "solution")]
    assert get_revision(article.id, 2).blocks[0]["is_edited"] is True


def test_a_source_that_plays_another_part_keeps_what_was_looked_at(app: Flask, crew: Crew):
    _thread, answer = make_solved()
    block = to_block(answer, SourceRole.SOLUTION)
    article = write(crew.agent, block)
    with unit_of_work():
        editing.edit_post(actor_of(crew.admin), post_id=answer.id, body=render_markdown("New words."), reason="Clearer")
    assert fresh(article).source_changed_at is not None
    save(crew.agent, article, replace(block, role=SourceRole.CAUSE))
    assert sources(article) == [(answer.id, "cause")] and fresh(article).source_changed_at is not None


def test_taking_over_the_new_words_of_a_post_settles_the_change(app: Flask, crew: Crew):
    _thread, answer = make_solved()
    article = write(crew.agent, to_block(answer, SourceRole.SOLUTION))
    with unit_of_work():
        editing.edit_post(actor_of(crew.admin), post_id=answer.id, body=render_markdown("New words."), reason="Clearer")
    edit = edit_of(get_revision(article.id, 1))
    blocks, _removed, key = rearrange(crew.curator, edit, f"renew:{edit.blocks[0].key}", {})
    assert blocks[0].body == "New words." and key == edit.blocks[0].key and not blocks[0].is_edited
    save(crew.agent, article, *blocks)
    assert fresh(article).source_changed_at is None


@pytest.mark.parametrize("how", ["moved", "thread hidden"])
def test_new_words_that_one_may_not_read_are_not_taken_over(app: Flask, crew: Crew, how: str):
    thread, answer = make_solved()
    edit = edit_of(get_revision(write(crew.agent, to_block(answer, SourceRole.SOLUTION)).id, 1))
    inner = make_category(audience="staff")
    with unit_of_work():
        if how == "moved":
            curating.move_thread(actor_of(crew.admin), thread_id=thread.id, category_id=inner.id)
        else:
            curating.hide_thread(actor_of(crew.admin), thread_id=thread.id, reason="Secrets")
    with pytest.raises(Invalid, match="hidden now"):
        rearrange(crew.curator, edit, f"renew:{edit.blocks[0].key}", {})


def test_going_back_to_an_old_version_brings_its_sources_back(app: Flask, crew: Crew):
    _thread, answer = make_solved()
    article = write(crew.agent, to_block(answer, SourceRole.SOLUTION))
    save(crew.agent, article, Block("new", SourceRole.SOLUTION, "Solution", "Words of our own."))
    assert sources(article) == []
    with unit_of_work():
        body = render_markdown(get_revision(article.id, 1).body_source, top_level=2)
        restore_revision(crew.agent, article_id=article.id, number=1, body=body)
    assert sources(article) == [(answer.id, "solution")]


def test_going_back_to_a_version_with_older_words_of_a_post_marks_the_change_again(app: Flask, crew: Crew):
    _thread, answer = make_solved()
    article = write(crew.curator, to_block(answer, SourceRole.SOLUTION))
    with unit_of_work():
        editing.edit_post(actor_of(crew.admin), post_id=answer.id, body=render_markdown("New words."), reason="Clearer")
    edit = edit_of(get_revision(article.id, 1))
    blocks, _removed, _key = rearrange(crew.curator, edit, f"renew:{edit.blocks[0].key}", {})
    save(crew.curator, article, *blocks)
    with unit_of_work():
        publish(crew.curator, article_id=article.id)
    assert fresh(article).source_changed_at is None
    with unit_of_work():
        body = render_markdown(get_revision(article.id, 1).body_source, top_level=2)
        restore_revision(crew.curator, article_id=article.id, number=1, body=body)
    assert fresh(article).source_changed_at is not None
    save(crew.curator, article, *edit_of(get_revision(article.id, 3)).blocks)
    with unit_of_work():
        publish(crew.curator, article_id=article.id)
    assert source_of(article, answer).change == "edited"


def test_text_for_few_cannot_reach_an_article_for_many_through_a_block(app: Flask, crew: Crew):
    _thread, answer = make_solved(category=make_category(audience="members"))
    secret = to_block(answer, SourceRole.SOLUTION)
    with pytest.raises(Invalid):
        write(crew.agent, secret)
    article = write(crew.agent, Block("a", SourceRole.SOLUTION, "", "Open words."))
    with pytest.raises(Invalid):
        save(crew.agent, article, secret)
    assert fresh(article).revision == 1 and sources(article) == []


def test_a_text_in_one_piece_becomes_blocks_without_losing_a_source(app: Flask, crew: Crew):
    thread, answer = make_solved()
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id)
    before = sources(article)
    blocks = blocks_of(get_revision(article.id, 1))
    assert {origin.post_id for origin in origins_of(blocks)} == {post_id for post_id, _role in before}
    save(crew.curator, article, *blocks, Block("more", SourceRole.OTHER, "Notes", "More."))
    assert set(sources(article)) == set(before)


def test_a_draft_is_kept_for_one_person_and_replaced_by_the_next(app: Flask, crew: Crew):
    article = make_article()
    first = edit_of(get_revision(article.id, 1))
    for title in ("One", "Two"):
        with unit_of_work():
            drafting.save_draft(crew.agent, article_id=article.id, edit=replace(first, fields={**first.fields, "title": title}))
    kept = drafting.find_draft(crew.agent, article.id)
    assert kept is not None and kept.fields["title"] == "Two" and kept.blocks == first.blocks and kept.base_revision == 1
    assert drafting.find_draft(crew.curator, article.id) is None
    with unit_of_work():
        drafting.discard_draft(crew.agent, article_id=article.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ArticleDraft)) == 0


def test_a_draft_is_refused_when_it_is_too_long_or_the_article_is_not_theirs(app: Flask, crew: Crew):
    article, secret = make_article(), make_article(audience="staff")
    with pytest.raises(Invalid), unit_of_work():
        drafting.save_draft(crew.agent, article_id=article.id, edit=Edit(1, {"title": "x" * 601}, ()))
    with pytest.raises(Forbidden), unit_of_work():
        drafting.save_draft(actor_of(crew.member), article_id=article.id, edit=Edit(1, {}, ()))
    with pytest.raises(NotFound), unit_of_work():
        drafting.save_draft(crew.curator, article_id=secret.id, edit=Edit(1, {}, ()))


def test_buttons_of_blocks_do_what_they_say(app: Flask):
    a, b = Block("a", SourceRole.SOLUTION, "A", "One.\n\nTwo."), Block("b", SourceRole.OTHER, "B", "Three.")
    edit = Edit(1, {"kind": "howto"}, (a, b))
    assert [x.key for x in rearrange(ANONYMOUS, edit, "down:a", {})[0]] == ["b", "a"]
    assert [x.body for x in rearrange(ANONYMOUS, edit, "split:a", {"split-a": "1"})[0]] == ["One.", "Two.", "Three."]
    left, removed, at = rearrange(ANONYMOUS, edit, "remove:a", {})
    assert (left, removed, at) == ((b,), (replace(a, above=()),), "b")
    assert rearrange(ANONYMOUS, replace(edit, blocks=left, removed=removed), "restore:a", {})[:2] == ((a, b), ())
    assert rearrange(ANONYMOUS, edit, "add:", {"add-role": "step"})[0][-1].role is SourceRole.STEP
    for wrong in ("renew:a", "remove:x", "restore:a", "nonsense:a", "split:b", "up:"):
        with pytest.raises(Invalid):
            rearrange(ANONYMOUS, edit, wrong, {})


def link(actor: Any, thread: Any, article: Any, note: str = "It does not say how on version 5") -> ArticleFix:
    with unit_of_work():
        return link_thread(actor, thread_id=thread.id, article_id=article.id, note=note)


def test_a_thread_is_linked_to_an_article_and_leaves_the_queue(app: Flask, crew: Crew):
    thread, _answer = make_solved()
    article = make_article()
    fix = link(crew.curator, thread, article)
    candidate = db.session.get_one(Candidate, thread.id)
    assert (candidate.state, candidate.article_id) == ("promoted", article.id)
    assert db.session.scalars(sa.select(CandidateDecision.decision)).all() == ["linked"]
    assert fresh(thread).article_id is None and fresh(fix).state == "open"


def test_a_fixed_article_is_named_by_the_thread_until_that_is_taken_back(app: Flask, crew: Crew):
    thread, _answer = make_solved()
    article = make_article()
    fix = link(crew.curator, thread, article)
    for state, named in ((FixState.DONE, article.id), (FixState.OPEN, None), (FixState.REFUSED, None)):
        with unit_of_work():
            settle_fix(crew.curator, fix_id=fix.id, state=state)
        assert fresh(thread).article_id == named and fresh(fix).state == state
    with pytest.raises(Conflict), unit_of_work():
        settle_fix(crew.curator, fix_id=fix.id, state=FixState.REFUSED)


@pytest.mark.parametrize("case", ["no note", "twice", "archived", "narrower", "member", "unseen thread", "unseen article"])
def test_a_link_that_does_not_hold_is_refused(app: Flask, crew: Crew, case: str):
    thread, article, actor, note = make_question(), make_article(), crew.curator, "Why"
    make_answer(thread)
    if case == "no note":
        note = " "
    elif case == "twice":
        link(actor, thread, article)
    elif case == "archived":
        article = make_article(state="archived")
    elif case == "narrower":
        article = make_article(audience="members")
    elif case == "member":
        actor = actor_of(crew.member)
    elif case == "unseen thread":
        thread = make_question(category=make_category(audience="staff"))
    else:
        article = make_article(audience="staff")
    with pytest.raises((Invalid, Conflict, Forbidden, NotFound)):
        link(actor, thread, article, note)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ArticleFix)) == (1 if case == "twice" else 0)
