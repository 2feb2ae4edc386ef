"""What search learns of articles."""

from __future__ import annotations

from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.uow import unit_of_work
from app.forum.services.products import add_version, create_product, release_version
from app.jobs.worker import run_until_idle
from app.kb import indexing
from app.kb.services.checking import set_versions
from app.search.engines import current_engine
from app.search.querying import SearchForm
from app.search.results import find
from tests.asserts import assert_indexes, assert_queries
from tests.factories import actor_of, make_article, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import make_solved, promote_and_publish


def test_only_published_articles_go_into_the_index(app: Flask):
    out = make_article("Priming the pump", summary="For all models")
    others = [make_article(state=state) for state in ("draft", "in_review", "archived")]
    with assert_queries(at_most=5):
        documents = indexing.load_many([out.id, *(article.id for article in others), 10**15])
    assert list(documents) == [out.id] == list(indexing.all_ids())
    document = documents[out.id]
    assert (document.kind, document.audience, document.status, document.thread_kind) == ("article", "public", "published", "")
    assert "For all models" in document.body and "Clean the intake filter" in document.body


def test_versions_on_which_an_article_holds_are_words_of_it(app: Flask, crew: Crew):
    article, admin = make_article(owner=crew.staff), actor_of(crew.admin)
    with unit_of_work():
        product = create_product(admin, name="Aquapump")
        ids = [add_version(admin, product_id=product.id, name=name).id for name in ("4.1", "4.2")]
        for version_id in ids:
            release_version(admin, version_id=version_id)
    run_until_idle()
    with unit_of_work():
        set_versions(actor_of(crew.staff), article_id=article.id, works=[ids[0]], fails=[ids[1]])
    body = indexing.load_many([article.id])[article.id].body
    assert "Aquapump 4.1" in body and "4.2" not in body
    run_until_idle()
    assert find(current_engine(), "aquapump", SearchForm(), ANONYMOUS).total == 1


def test_an_article_carries_wordings_and_tags_of_its_threads(app: Flask, crew: Crew):
    thread, answer = make_solved("Why does the pump hum?", tags=("pump", "noise"))
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a noisy pump")
    document = indexing.load_many([article.id])[article.id]
    assert (
        document.asked_as == "Why does the pump hum?" and sorted(document.tags) == ["noise", "pump"] and document.author == "moe"
    )


def test_cards_are_for_those_who_may_read_and_take_one_statement(app: Flask, crew: Crew):
    public, members, staff = (make_article(audience=audience) for audience in ("public", "members", "staff"))
    draft = make_article(state="draft")
    ids = [public.id, members.id, staff.id, draft.id]
    with assert_queries(at_most=1):
        cards = indexing.present(ids, ANONYMOUS)
    assert set(cards) == {public.id}
    assert cards[public.id].path == f"/kb/{public.section.slug}/{public.slug}"
    assert set(indexing.present(ids, actor_of(crew.member))) == {public.id, members.id}
    assert set(indexing.present(ids, crew.curator)) == {public.id, members.id}
    assert set(indexing.present(ids, crew.agent)) == {public.id, members.id, staff.id}


def test_titles_are_those_of_the_cards_and_take_one_statement(app: Flask, crew: Crew):
    ids = [make_article(audience=audience).id for audience in ("public", "members", "staff")] + [make_article(state="draft").id]
    for actor, count in ((ANONYMOUS, 1), (actor_of(crew.member), 2), (crew.curator, 2), (crew.agent, 3)):
        cards = indexing.present(ids, actor)
        with assert_queries(at_most=1) as statements:
            titles = indexing.titles(ids, actor)
        assert "body_text" not in statements[0]
        assert [(card.id, card.title, card.path, card.status) for card in titles.values()] == [
            (card.id, card.title, card.path, card.status) for card in cards.values()
        ]
        assert len(titles) == count


def test_a_published_promotion_is_found_by_its_words_and_an_archived_one_is_not(app: Flask, crew: Crew):
    from app.core.uow import unit_of_work
    from app.kb.services.publishing import archive

    thread, answer = make_solved("Why does the pump hum?")
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a noisy pump")
    run_until_idle()
    hits = find(current_engine(), "pump hum", SearchForm(type="articles"), ANONYMOUS)
    assert [item.card.id for item in hits.items] == [article.id]
    with unit_of_work():
        archive(crew.curator, article_id=article.id)
    run_until_idle()
    assert find(current_engine(), "pump hum", SearchForm(type="articles"), ANONYMOUS).total == 0


def test_named_articles_are_found_without_looking_at_the_others(app: Flask):
    ids = [make_article().id]
    for read in (indexing.present, indexing.titles):
        with assert_queries(at_most=1) as statements:
            read(ids, ANONYMOUS)
        assert_indexes(statements[0], "SEARCH article USING INTEGER PRIMARY KEY (rowid=?)")
