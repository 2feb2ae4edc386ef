"""Writing articles: revisions, edits that meet, slugs and places."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import set_site_language, speaking
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.kb.models import Article, ArticleRevision, ArticleSlug
from app.kb.queries.articles import get_revision, list_revisions
from app.kb.queries.review import list_remarks
from app.kb.services.publishing import publish
from app.kb.services.reviewing import comment_article
from app.kb.services.writing import ArticleText, StaleEdit, create_article, restore_revision, save_revision
from tests.client import Browser
from tests.factories import actor_of, make_article, make_person, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import fresh, make_solved, place, promote, promote_and_publish, text


def create(
    crew: Crew, section_id: int, title: str = "How to prime the pump", slug: str = "", audience: str = "public"
) -> Article:
    with unit_of_work():
        return create_article(crew.agent, place=place(section_id, audience, slug), text=text(title), note="First")


def save(crew: Crew, article: Article, base: int, new: ArticleText, **where: str) -> Article:
    with unit_of_work():
        return save_revision(
            crew.curator, article_id=article.id, base_revision=base, text=new,
            place=place(int(where.get("section_id", article.section_id)), where.get("audience", "public"), where.get("slug", "")),
        )  # fmt: skip


def test_a_new_article_is_a_draft_of_its_writer(app: Flask, crew: Crew):
    article = create(crew, make_section().id)
    assert (article.state, article.slug, article.revision, article.owner_id) == (
        "draft",
        "how-to-prime-the-pump",
        1,
        crew.staff.id,
    )
    assert get_revision(article.id, 1).note == "First"


def test_only_curators_write_and_only_for_readers_they_belong_to(app: Flask, crew: Crew):
    section = make_section()
    for person in (crew.member, make_person("sus", "staff", suspended_until=crew.member.created_at.replace(year=2099))):
        with pytest.raises(Forbidden), unit_of_work():
            create_article(actor_of(person), place=place(section.id), text=text())
    with pytest.raises(Forbidden), unit_of_work():
        create_article(crew.curator, place=place(section.id, "staff"), text=text())


def test_a_text_that_breaks_a_rule_is_refused_field_by_field(app: Flask, crew: Crew):
    bad, section = text(title=" ", source="", summary="x" * 501), make_section()
    with pytest.raises(Invalid) as refusal, unit_of_work():
        create_article(crew.agent, place=place(section.id), text=bad)
    assert set(refusal.value.errors) == {"title", "body", "summary"}
    with pytest.raises(Invalid) as refusal, unit_of_work():
        create_article(crew.agent, place=place(10**15), text=text())
    assert set(refusal.value.errors) == {"section_id"}


def test_saving_a_draft_adds_a_revision_and_keeps_the_old_one(app: Flask, crew: Crew):
    article = create(crew, make_section().id)
    save(crew, article, 1, text("Priming the pump", "Better words."))
    assert fresh(article).title == "Priming the pump" and fresh(article).revision == 2
    assert get_revision(article.id, 1).title == "How to prime the pump"


def test_readers_keep_the_published_text_until_the_next_is_published(app: Flask, crew: Crew):
    article = make_article(title="Old title", text="Old words.")
    save(crew, article, 1, text("New title", "New words."))
    now = fresh(article)
    assert (now.title, now.revision, now.published_revision) == ("Old title", 2, 1) and "Old words" in now.body_html
    with unit_of_work():
        publish(crew.curator, article_id=article.id)
    assert (fresh(article).title, fresh(article).published_revision) == ("New title", 2)
    assert "New words" in fresh(article).body_html


def test_an_edit_on_top_of_an_old_revision_loses_nothing_and_writes_nothing(app: Flask, crew: Crew):
    article = make_article()
    save(crew, article, 1, text("From the first", "One."))
    with pytest.raises(StaleEdit) as stale:
        save(crew, article, 1, text("From the second", "Two."))
    assert stale.value.current == 2 and fresh(article).revision == 2
    save(crew, article, 2, text("From the second", "Two."))
    assert [get_revision(article.id, number).title for number in (2, 3)] == ["From the first", "From the second"]


def test_saving_the_same_text_again_adds_no_revision(app: Flask, crew: Crew):
    article = create(crew, make_section().id)
    save(crew, article, 1, text())
    assert fresh(article).revision == 1


def test_going_back_to_an_old_revision_is_a_new_revision(app: Flask, crew: Crew):
    article = create(crew, make_section().id)
    save(crew, article, 1, text("Worse", "Worse words."))
    with unit_of_work():
        restore_revision(crew.curator, article_id=article.id, number=1, body=text().body)
    assert (fresh(article).revision, fresh(article).title) == (3, "How to prime the pump")
    for number, body in ((3, text().body), (1, text(source="Other words.").body)):
        with pytest.raises(Conflict), unit_of_work():
            restore_revision(crew.curator, article_id=article.id, number=number, body=body)
    with pytest.raises(NotFound), unit_of_work():
        restore_revision(crew.curator, article_id=article.id, number=99, body=text().body)


def test_an_old_slug_stays_with_its_article(app: Flask, crew: Crew):
    section = make_section()
    article, other = create(crew, section.id), create(crew, section.id, "Another title")
    save(crew, article, 1, text(), slug="Priming Pumps")
    assert fresh(article).slug == "priming-pumps"
    assert db.session.get_one(ArticleSlug, "how-to-prime-the-pump").article_id == article.id
    for taken in ("how-to-prime-the-pump", "priming-pumps"):
        with pytest.raises(Invalid) as refusal:
            save(crew, other, 1, text("Another title"), slug=taken)
        assert "slug" in refusal.value.errors
    with pytest.raises(Invalid):
        create(crew, section.id, slug="how-to-prime-the-pump")


def test_an_article_may_take_its_own_old_slug_back(app: Flask, crew: Crew):
    article = create(crew, make_section().id)
    save(crew, article, 1, text(), slug="second")
    save(crew, article, 1, text(), slug="how-to-prime-the-pump")
    kept = db.session.scalars(sa.select(ArticleSlug.slug)).all()
    assert fresh(article).slug == "how-to-prime-the-pump" and kept == ["second"]


def test_articles_of_the_same_title_get_slugs_of_their_own(app: Flask, crew: Crew):
    section = make_section()
    assert [create(crew, section.id).slug for _ in range(3)] == [
        "how-to-prime-the-pump", "how-to-prime-the-pump-2", "how-to-prime-the-pump-3",
    ]  # fmt: skip


def test_the_audience_cannot_become_wider_than_that_of_a_source(app: Flask, crew: Crew):
    from tests.factories import make_category

    thread, answer = make_solved(category=make_category(audience="members"))
    article = promote(crew.agent, thread, [answer], make_section().id, "members")
    with pytest.raises(Invalid) as refusal:
        save(crew, article, 1, text(), audience="public")
    assert "audience" in refusal.value.errors and fresh(article).audience == "members"


def test_a_moderator_cannot_touch_what_only_staff_may_read(app: Flask, crew: Crew):
    article = make_article(audience="staff")
    with pytest.raises(NotFound):
        save(crew, article, 1, text(), audience="public")


def test_every_revision_has_its_editor(app: Flask, crew: Crew):
    article = create(crew, make_section().id)
    save(crew, article, 1, text("Two", "Two."))
    editors = db.session.scalars(sa.select(ArticleRevision.editor_id).order_by(ArticleRevision.number)).all()
    assert editors == [crew.staff.id, crew.moderator.id]


SECRET = "Batch R7 fails: replace it without asking."


def staff_article(crew: Crew) -> Article:
    """An article for staff whose first version has a secret and whose newest one has none; readers see the newest."""
    article = make_article("Replace sensors", text=SECRET, audience="staff")
    _save_as(crew, article, "Sensors are replaced.", "staff", then_publish=True)
    return article


def _save_as(crew: Crew, article: Article, words: str, audience: str, then_publish: bool = False) -> None:
    now = fresh(article)
    with unit_of_work():
        save_revision(
            crew.agent, article_id=article.id, base_revision=now.revision, place=place(article.section_id, audience),
            text=text("Replace sensors", source=words), is_published_next=then_publish,
        )  # fmt: skip
        if then_publish:
            publish(crew.agent, article_id=article.id)


def test_an_article_opened_to_more_readers_keeps_its_earlier_texts_from_them(app: Flask, crew: Crew):
    article = staff_article(crew)
    with unit_of_work():
        comment_article(crew.agent, article_id=article.id, body=render_markdown("Customers may read this one."))
    _save_as(crew, article, "Sensors are replaced, too.", "public", then_publish=True)
    assert [one.number for one in list_revisions(crew.curator, article.id)] == [3]
    assert [one.number for one in list_revisions(crew.agent, article.id)] == [3, 2, 1]
    assert not list_remarks(crew.curator, article.id) and len(list_remarks(crew.agent, article.id)) == 1
    with pytest.raises(NotFound), unit_of_work():
        restore_revision(crew.curator, article_id=article.id, number=1, body=render_markdown(SECRET))
    moderator = Browser(app).sign_in(crew.moderator)
    moderator.get(f"/kb/articles/{article.id}/history")
    assert "R7" not in moderator.page.text_content() and "Version 1" not in moderator.page.text_content()
    moderator.get(f"/kb/articles/{article.id}/history?from=1", status=404)
    moderator.post(f"/kb/articles/{article.id}/restore/1", status=404)
    moderator.post(f"/kb/articles/{article.id}/draft", {"base_revision": "1", "title": "x", "summary": ""}, status=400)


def test_with_fewer_readers_all_texts_are_for_these_only(app: Flask, crew: Crew):
    article = make_article("Replace sensors", text=SECRET)
    _save_as(crew, article, "Sensors are replaced.", "staff", then_publish=True)
    _save_as(crew, article, "Sensors are replaced.", "members")
    assert [one.number for one in list_revisions(crew.curator, article.id)] == [2]


def test_readers_never_get_an_old_text_by_opening_an_article_whose_newer_text_is_not_published(app: Flask, crew: Crew):
    article = make_article("Replace sensors", text=SECRET, audience="staff")
    with pytest.raises(Invalid) as refusal:
        _save_as(crew, article, "Sensors are replaced.", "public")
    assert set(refusal.value.errors) == {"audience"}
    assert fresh(article).audience == "staff"
    _save_as(crew, article, "Sensors are replaced.", "public", then_publish=True)
    assert "R7" not in fresh(article).body_html


def test_what_the_site_notes_of_a_version_is_in_its_language(app: Flask, crew: Crew):
    set_site_language("de")
    try:
        thread, answer = make_solved("Warum brummt die Pumpe?")
        article = promote_and_publish(crew.curator, thread, [answer], make_section().id)
        old = get_revision(article.id, 1)
        with unit_of_work():
            save_revision(
                crew.curator,
                article_id=article.id,
                base_revision=1,
                place=place(article.section_id),
                text=text("Die Pumpe brummt"),
            )
        with unit_of_work(), speaking("en"):
            restored = render_markdown(old.body_source, top_level=2)
            restore_revision(crew.curator, article_id=article.id, number=1, body=restored)
        notes = [get_revision(article.id, number).note for number in (1, 3)]
    finally:
        set_site_language("en")
    assert notes == ["Entstanden aus „Warum brummt die Pumpe?“", "Fassung 1 wiederhergestellt"]
