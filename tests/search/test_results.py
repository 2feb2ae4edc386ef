"""Pages of results and suggestions, with documents held in memory."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from app.core.actor import ANONYMOUS, Actor, Role
from app.core.errors import NotFound
from app.core.records import replace
from app.search import aliases, querying, results, suggest
from app.search.documents import ARTICLE, HitCard, make_key
from app.search.engines.whoosh import WhooshEngine
from app.search.querying import SearchForm
from tests.search.samples import MemorySource, document

Pair = tuple[MemorySource, MemorySource]
MEMBER = Actor(id=1, name="m", role=Role.MEMBER)
STAFF_MEMBER = Actor(id=2, name="s", role=Role.STAFF)


def fill(engine: WhooshEngine, pair: Pair, *found) -> None:
    for item in found:
        pair[item.kind == ARTICLE].documents[item.id] = item
    engine.apply(found, ())


def keys(page: results.Results) -> list[str]:
    return [item.card.key for item in page.items]


def find(engine: WhooshEngine, raw: str, actor: Actor = ANONYMOUS, number: int = 1, **form: str) -> results.Results:
    return results.find(engine, raw, SearchForm.cleaned(**form), actor, number)


def test_a_page_has_marked_titles_snippets_and_at_most_one_statement_a_kind(engine: WhooshEngine, sources: Pair) -> None:
    thread = document(1, "Refund of an invoice", "You <b> asked for a refund.")
    fill(engine, sources, thread, document(2, "Refunds", kind=ARTICLE))
    page = find(engine, "refund")
    assert page.total == 2
    assert page.items[1].title == "<mark>Refund</mark> of an invoice"
    assert page.items[1].snippet == "You &lt;b&gt; asked for a <mark>refund</mark>."
    assert [source.presented for source in sources] == [1, 1]


def test_an_empty_query_asks_nothing(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, document(1, "Refund"))
    assert not find(engine, "").is_asked
    assert not find(engine, '  "" -x ').is_asked
    with pytest.raises(NotFound):
        find(engine, "", number=2)
    assert keys(find(engine, "", tag="", status="unanswered")) == ["t1"]


def test_phrases_are_verified_on_the_text(engine: WhooshEngine, sources: Pair) -> None:
    fill(
        engine,
        sources,
        document(1, "A", "please reset my password now"),
        document(2, "B", "my password needs a reset"),
        document(3, "C", "reset my other password"),
    )
    page = find(engine, '"reset my password"')
    assert keys(page) == ["t1"]
    assert page.total == 1
    assert not page.is_more
    assert find(engine, '"how to be"').total == 0


def test_a_phrase_of_function_words_is_verified_too(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, document(1, "To be or not to be"), document(2, "Not to be or to do be"))
    assert keys(find(engine, '"to be or not to be"')) == ["t1"]


def test_pages_end_where_the_hits_end(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, *(document(number, "refund") for number in range(1, 24)))
    assert [len(find(engine, "refund", number=number).items) for number in (1, 2, 3)] == [10, 10, 3]
    assert not find(engine, "refund", number=3).has_next
    for number in (4, 51, 99_999):
        with pytest.raises(NotFound):
            find(engine, "refund", number=number)


def test_hits_that_may_not_be_shown_any_more_are_left_out(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, document(1, "refund"), document(2, "refund"))
    sources[0].documents[2] = replace(sources[0].documents[2], audience="staff")  # not yet in the index
    assert keys(find(engine, "refund")) == ["t1"]
    assert len(find(engine, "refund", STAFF_MEMBER).items) == 2


def test_private_text_is_counted_for_its_readers_only(engine: WhooshEngine, sources: Pair) -> None:
    audiences = enumerate(("public", "members", "staff"), start=1)
    fill(engine, sources, *(document(number, "refund", audience=audience) for number, audience in audiences))
    assert [find(engine, "refund", actor).total for actor in (ANONYMOUS, MEMBER, STAFF_MEMBER)] == [1, 2, 3]
    assert [len(suggest.suggest(engine, "refu", actor)) for actor in (ANONYMOUS, MEMBER, STAFF_MEMBER)] == [1, 2, 3]


def test_did_you_mean(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, *(document(number, "Invoice as PDF") for number in range(1, 8)))
    fill(engine, sources, document(9, "Zephyr", audience="staff"))
    assert find(engine, "invioce").meant == "invoice"
    assert find(engine, "Invioce pdf").meant == "", "the correction would find no more than pdf does"
    assert find(engine, "invoice").meant == ""
    assert find(engine, "zephir").meant == ""
    fill(engine, sources, *(document(number, "Heater") for number in range(20, 24)))
    assert find(engine, "invoice haeter").meant == "invoice heater"


def test_an_article_stands_for_the_threads_it_maintains(
    engine: WhooshEngine, sources: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, sources, document(1, "refund"), document(2, "refund"), document(5, "refund", kind=ARTICLE))
    present = sources[0].present

    def with_article(ids, actor) -> dict[int, HitCard]:
        return {number: replace(card, article_id=5 if number == 1 else None) for number, card in present(ids, actor).items()}

    monkeypatch.setattr(sources[0], "present", with_article)
    sources[0].register()
    page = find(engine, "refund")
    assert keys(page) == ["a5", "t2"]
    assert [(thread.card.key, thread.title) for thread in page.items[0].threads] == [("t1", "<mark>refund</mark>")]
    assert page.total == 3


@pytest.mark.parametrize(
    "raw",
    [
        "*", "?" * 300, "((((", '"' * 500, "a" * 10_000, "w " * 10_000, "\x00\ufffd", "退" * 500, "-" * 400, "tag:" * 100,
        "' OR 1=1 --", "\\", "🙂" * 300,
    ],
)  # fmt: skip
def test_hostile_queries_give_a_page(engine: WhooshEngine, sources: Pair, raw: str) -> None:
    fill(engine, sources, document(1, "refund"))
    page = find(engine, raw)
    assert page.total in (0, 1)
    suggest.suggest(engine, raw, ANONYMOUS)
    suggest.similar_questions(engine, raw, raw, ANONYMOUS)
    assert find(engine, "word " * 2000).parsed.is_cut


def test_suggestions_are_titles_with_articles_first(engine: WhooshEngine, sources: Pair) -> None:
    fill(
        engine,
        sources,
        document(1, "Refund an order", votes=90),
        document(2, "Refunds explained", kind=ARTICLE),
        document(3, "Other", "the word refund is in its text"),
    )
    assert [card.key for card in suggest.suggest(engine, "ref", ANONYMOUS)] == ["a2", "t1"]
    assert [card.key for card in suggest.suggest(engine, "refund ", ANONYMOUS)] == ["a2", "t1", "t3"]
    assert suggest.suggest(engine, "r", ANONYMOUS) == []
    assert suggest.suggest(engine, "", ANONYMOUS) == []
    assert len(suggest.suggest(engine, "refund", ANONYMOUS, limit=2)) == 2


def test_similar_questions_wait_for_two_words_and_leave_out_the_question_itself(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, document(1, "Refund of a cancelled order"), document(2, "Cancelled order"), document(3, "Dark mode"))
    assert suggest.similar_questions(engine, "refund", "", ANONYMOUS) == []
    found = suggest.similar_questions(engine, "How do I get a refund for an order?", "", ANONYMOUS, exclude="t2")
    assert [card.key for card in found] == ["t1"]


def similar_keys(engine: WhooshEngine, actor: Actor = ANONYMOUS, text: str = "") -> list[str]:
    found = suggest.similar_titles(engine, "Refund of an order", text, actor, 5, "t1")
    return [make_key(card.kind, card.id) for card in found]


def test_titles_like_a_stored_document_are_those_of_similar_questions_and_asked_of_the_index_once(
    engine: WhooshEngine, sources: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, sources, *(document(number, f"Refund of order {number}", "It was cancelled") for number in range(1, 5)))
    fill(engine, sources, document(7, "Refunds of orders", kind=ARTICLE))
    cards = suggest.similar_questions(engine, "Refund of an order", "cancelled", ANONYMOUS, 5, "t1")
    assert len(cards) == 4
    asked: list[object] = []
    similar = engine.similar
    monkeypatch.setattr(engine, "similar", lambda *given: asked.append(given) or similar(*given))
    for _ in range(2):
        assert similar_keys(engine, text="cancelled") == [card.key for card in cards]
    assert len(asked) == 1
    similar_keys(engine, text="other words of an edited question")
    assert len(asked) == 2


def test_remembered_titles_follow_the_index_and_the_rights_of_each_reader(engine: WhooshEngine, sources: Pair) -> None:
    fill(engine, sources, document(1, "Refund of an order"), document(2, "Refund order"))
    fill(engine, sources, document(3, "Order refund", audience="staff"))
    assert similar_keys(engine) == ["t2"]
    assert set(similar_keys(engine, STAFF_MEMBER)) == {"t2", "t3"}
    assert similar_keys(engine) == ["t2"]
    sources[0].documents[2] = replace(sources[0].documents[2], title="Renamed", audience="members")  # not yet in the index
    assert similar_keys(engine) == []
    assert set(similar_keys(engine, STAFF_MEMBER)) == {"t2", "t3"}
    fill(engine, sources, document(4, "An order and its refund"))
    assert similar_keys(engine) == ["t4"]


def test_remembered_titles_follow_the_aliases(engine: WhooshEngine, sources: Pair, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(aliases.forget)
    fill(engine, sources, document(1, "Refund of an order"), document(2, "Reimbursement for a purchase"))
    assert similar_keys(engine) == []
    aliases._use((("refund", "reimbursement", True), ("order", "purchase", True)))
    assert similar_keys(engine) == ["t2"]


def test_no_more_is_remembered_than_the_limit(engine: WhooshEngine, sources: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(engine, sources, document(1, "Refund of an order"), document(2, "Refund order"))
    monkeypatch.setattr(suggest, "_similar", OrderedDict())
    monkeypatch.setattr(suggest, "REMEMBERED", 3)
    for number in range(8):
        assert similar_keys(engine, text=f"text {number}") == ["t2"]
    assert len(suggest._similar) == 3


def test_a_query_never_holds_more_than_the_limit(engine: WhooshEngine) -> None:
    query = querying.build(querying.parse("wort" * 10 + " 退款政策" * 60), SearchForm(), ("public",))
    assert len(query.words) <= querying.MAX_TERMS
