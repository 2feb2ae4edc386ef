"""What every engine does alike: what is found, what is not, in which order, and that writing keeps it so."""

from __future__ import annotations

import threading

import pytest

from app.core.records import replace
from app.search import analysis, querying
from app.search.engines.base import EngineQuery, Filters, IndexBusy, Word
from tests.search.places import Place
from tests.search.samples import EVERYBODY, STAFF, document, keys, query


def test_an_engine_without_index_finds_nothing_and_says_that_it_is_stale(place: Place) -> None:
    engine = place.open()
    assert engine.search(query("refund")).total == 0
    assert engine.similar([Word(("x",))], [], EVERYBODY) == []
    assert engine.complete((), "re", EVERYBODY) == []
    assert engine.keys() == set()
    assert engine.stats().is_stale
    engine.apply((), ())
    assert engine.stats().is_stale, "an empty batch writes nothing"


def test_an_updated_document_is_found_once_and_by_its_new_words_only(place: Place) -> None:
    engine = place.holding(document(1, "old words"), document(2, "other"))
    engine.apply([document(1, "new words")], ())
    assert keys(engine.search(query("words"))) == ["t1"]
    assert engine.search(query("old")).total == 0
    engine.apply([document(1, "newest words"), document(1, "final words")], ())
    assert keys(engine.search(query("words"))) == ["t1"]
    assert keys(engine.search(query("final"))) == ["t1"]


def test_a_deleted_document_is_gone_and_threads_and_articles_with_one_id_are_two_things(place: Place) -> None:
    engine = place.holding(document(7, "refund"), document(7, "refund", kind="article"))
    assert set(keys(engine.search(query("refund")))) == {"t7", "a7"}
    engine.apply((), ["t7", "t999"])
    assert keys(engine.search(query("refund"))) == ["a7"]
    assert engine.keys() == {"a7"}


def test_ids_and_numbers_of_64_bits_survive(place: Place) -> None:
    big = 2**63 - 1
    engine = place.holding(document(big, "refund", views=10**30, votes=10**12))
    engine.apply([document(big, "refund", kind="article")], ())
    assert set(keys(engine.search(query("refund")))) == {f"t{big}", f"a{big}"}


def test_audiences_never_leak_into_hits_totals_facets_completion_similar_or_spelling(place: Place) -> None:
    secret = [
        document(1, "Zephyrproject launch date", audience="staff", category="internal", status="solved", is_solved=True),
        document(2, "Zephyrproject pricing", audience="members", kind="article", category="vip"),
    ]
    engine = place.holding(*secret, document(3, "Launch date of pricing"))
    for audiences, seen in ((EVERYBODY, {"t3"}), (("public", "members"), {"t3", "a2"}), (STAFF, {"t3", "a2", "t1"})):
        hits = engine.search(query("zephyrproject launch pricing", audiences, facets=True))
        assert set(keys(hits)) == seen
        assert hits.total == len(seen)
        assert sum(hits.facets["kind"].values()) == len(seen)
        assert ("internal" in hits.facets["category"]) == ("t1" in seen)
        assert ("vip" in hits.facets["category"]) == ("a2" in seen)
        assert {hit.key for hit in engine.complete((), "la", audiences)} <= seen
        assert {hit.key for hit in engine.complete((), "zeph", audiences)} <= seen
        assert {hit.key for hit in engine.similar([Word(("launch",)), Word(("price", "pric"))], [], audiences)} <= seen
        everything = engine.search(EngineQuery(audiences, facets=True, limit=50))
        assert set(keys(everything)) == seen
    assert engine.corrections(["zephyrprojct"]) == {}
    assert "zephyrproject" not in dict(engine.vocabulary())


def test_a_document_that_becomes_private_is_gone_for_others_at_once(place: Place) -> None:
    engine = place.holding(document(1, "refund"))
    assert engine.search(query("refund")).total == 1
    engine.apply([document(1, "refund", audience="staff")], ())
    assert engine.search(query("refund")).total == 0
    assert engine.search(query("refund", STAFF)).total == 1


def test_filters(place: Place) -> None:
    engine = place.holding(
        document(1, "refund", tags=("Billing", "pay pal"), author="Eve", is_solved=True, status="solved"),
        document(2, "refund", category="shop", thread_kind="discussion"),
        document(3, "refund", kind="article", category="", tags=("billing",)),
    )

    def found(**filters: object) -> set[str]:
        return set(keys(engine.search(query("refund", filters=Filters(**filters)))))

    assert found(tags=("billing",)) == {"t1", "a3"}
    assert found(tags=("billing", "pay pal")) == {"t1"}
    assert found(author="eve") == {"t1"}
    assert found(kinds=("article",)) == {"a3"}
    assert found(categories=("shop", "general")) == {"t1", "t2"}
    assert found(statuses=("solved",)) == {"t1"}
    assert found(is_solved=False) == {"t2", "a3"}
    assert found(thread_kinds=("discussion",)) == {"t2"}
    created = int(document(2).created_at.timestamp())
    assert found(after=created) == {"t2", "a3"}
    assert found(before=created) == {"t1"}
    assert found(tags=("nothing",)) == set()


def test_facets_count_what_each_choice_would_show(place: Place) -> None:
    engine = place.holding(
        document(1, "refund", status="solved"),
        document(2, "refund", status="answered", category="shop"),
        document(3, "refund", kind="article", category="shop"),
        document(4, "unrelated"),
    )
    filtered = engine.search(query("refund", filters=Filters(kinds=("thread",), categories=("shop",)), facets=True))
    assert filtered.total == 1
    assert filtered.facets == {
        "kind": {"thread": 1, "article": 1},
        "status": {"answered": 1},
        "category": {"general": 1, "shop": 1},
    }


def test_required_excluded_and_all_words(place: Place) -> None:
    engine = place.holding(document(1, "refund invoice"), document(2, "refund paypal"), document(3, "invoice"))
    refund, invoice, paypal = (Word((stem,)) for stem in ("refund", "invoic", "paypal"))
    assert set(keys(engine.search(EngineQuery(EVERYBODY, required=(refund, invoice))))) == {"t1"}
    assert set(keys(engine.search(EngineQuery(EVERYBODY, words=(refund, invoice), match_all=True)))) == {"t1"}
    assert set(keys(engine.search(EngineQuery(EVERYBODY, words=(refund,), excluded=(paypal,))))) == {"t1"}
    assert engine.search(EngineQuery(EVERYBODY, required=(refund,), excluded=(refund,))).total == 0


def test_words_that_are_in_no_text_are_looked_for_in_titles_as_written(place: Place) -> None:
    titles = ("Who are you", "Something else, and who knows you", "退款")
    engine = place.holding(*(document(number, title) for number, title in enumerate(titles, start=1)))
    assert keys(engine.search(EngineQuery(EVERYBODY, fallback=("who", "are", "you")))) == ["t1"]
    assert keys(engine.search(query("退", fallback=("退",)))) == ["t3"]


def test_completion_wants_all_words_and_shows_the_best_known_first(place: Place) -> None:
    engine = place.holding(
        document(1, "Refund an invoice"),
        document(2, "Refund invoices by PayPal", votes=50),
        document(3, "Invoice colours", kind="article", tags=("refunding",)),
    )
    assert keys_of(engine.complete(("refund",), "invo", EVERYBODY)) == ["t2", "t1"]
    assert keys_of(engine.complete((), "ref", EVERYBODY))[0] == "t2"
    assert set(keys_of(engine.complete((), "ref", EVERYBODY))) == {"t1", "t2", "a3"}
    assert engine.complete((), "zzz", EVERYBODY) == []
    assert len(engine.complete((), "ref", EVERYBODY, limit=2)) == 2


def keys_of(hits: list) -> list[str]:
    return [hit.key for hit in hits]


def test_similar_knows_questions_and_articles_but_not_discussions_or_the_document_itself(place: Place) -> None:
    engine = place.holding(
        document(1, "Refund for a cancelled order"),
        document(2, "Refund for a cancelled order", thread_kind="discussion"),
        document(3, "Orders and refunds", kind="article"),
        document(4, "Dark mode", "cancelled once"),
        *(document(number, "Other things") for number in range(10, 20)),
    )
    title = query("refund of cancelled order").words
    assert keys_of(engine.similar(title, [], EVERYBODY))[0] == "t1"
    assert "t2" not in keys_of(engine.similar(title, [], EVERYBODY))
    assert keys_of(engine.similar(title, [], EVERYBODY, limit=1, exclude="t1")) == ["a3"]
    assert keys_of(engine.similar(query("nothing like it").words, query("dark mode mode").words, EVERYBODY)) == ["t4"]


def test_corrections_follow_the_index(place: Place) -> None:
    engine = place.holding(document(1, "Invoice", "greenhouse heater"))
    assert engine.corrections(["invioce", "grenhouse", "invoice", "x9y"]) == {"invioce": "invoice", "grenhouse": "greenhouse"}
    engine.apply([document(2, "thermostat")], ())
    assert engine.corrections(["thermostatt"]) == {"thermostatt": "thermostat"}


def test_rebuild_switches_at_its_end_and_keeps_what_changed_meanwhile(place: Place) -> None:
    stored = {number: document(number, f"refund version0 of{number}") for number in range(1, 21)}
    engine = place.holding(*stored.values())
    old = engine.generation()

    def reload(names: list[str]) -> tuple[list, list[str]]:
        ids = [int(name[1:]) for name in names]
        return [stored[number] for number in ids if number in stored], [f"t{number}" for number in ids if number not in stored]

    def documents():
        for number, item in list(stored.items()):
            yield item
            if number == 10:  # others go on writing while the rebuild reads
                stored[3] = document(3, "refund version1 of3")
                del stored[4]
                stored[30] = document(30, "refund version0 of30")
                other = place.open()
                other.apply(*reload(["t3", "t4", "t30"]))
                assert keys(other.search(query("version1"))) == ["t3"], "the old index is used and kept fresh"
                assert other.search(query("version0")).total == 19

    assert engine.rebuild(documents(), reload) == 20
    assert engine.generation() not in ("", old)
    assert engine.keys() == {f"t{number}" for number in stored}
    assert keys(engine.search(query("version1"))) == ["t3"]
    assert place.count() == 1


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(place: Place) -> None:
    engine = place.holding(document(1, "refund"))

    def broken():
        yield document(2, "invoice")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken(), lambda names: ([], []))
    assert keys(engine.search(query("refund"))) == ["t1"]
    engine.apply([document(3, "refund")], ())
    assert engine.rebuild([document(5, "refund")], lambda names: ([], [])) == 1
    assert engine.keys() == {"t5"}
    assert place.count() == 1


@pytest.mark.parametrize(
    ("text", "ask", "other"),
    [
        ("如何申请退款并取消订单", "退款", "发票"),
        ("返金の申請方法について", "返金", "請求"),
        ("환불을 신청하는 방법", "환불을", "주문"),
        ("Die Rechnungen für Häuser wurden nicht verschickt", "rechnung haus", "Auftrag"),
        ("Rückerstattung für Bestellungen", "rueckerstattung bestellung", "Zahlung"),
        ("Возврат денег за заказ", "возврат", "счёт"),
    ],
)
def test_other_languages_are_found_by_their_words(place: Place, text: str, ask: str, other: str) -> None:
    engine = place.holding(document(1, "x", text), document(2, "Refund of an order"))
    assert keys(engine.search(query(ask))) == ["t1"]
    assert engine.search(query(other)).total == 0


def test_a_title_that_is_the_query_comes_first_whatever_speaks_for_others(place: Place) -> None:
    better = document(2, "Refund refund order", "refund order " * 5, votes=500, is_solved=True)
    card = document(3, "Refund of an order today", is_card=True)
    engine = place.holding(document(1, "Refund of an order!"), better, card)
    asked = query("refund of an order")
    assert keys(engine.search(replace(asked, exact_title=analysis.title_key("refund of an order"))))[0] == "t1"
    assert keys(engine.search(asked))[0] == "t3", "an answer card comes first for its own words"
    assert keys(engine.search(query("refund")))[0] == "t2", "one word is too little for a card"


def test_rare_words_and_words_in_titles_count_more_and_priors_settle_the_rest(place: Place) -> None:
    others = [document(number, f"Invoice {number}", "invoice invoice") for number in range(10, 30)]
    engine = place.holding(document(1, "x", "invoice zebra"), document(2, "Zebra", "invoice"), *others)
    assert keys(engine.search(query("invoice zebra")))[:2] == ["t2", "t1"]
    engine.apply([document(40, "Kiwi", votes=0), document(41, "Kiwi", votes=20), document(42, "Kiwi", is_solved=True)], ())
    assert keys(engine.search(query("kiwi"))) == ["t41", "t42", "t40"]


@pytest.mark.parametrize("text", ["refund", ""])
def test_every_order_has_pages_that_neither_overlap_nor_miss(place: Place, text: str) -> None:
    documents = [document(number, "Refund", votes=number % 3, views=number % 4) for number in range(1, 24)]
    engine = place.holding(*documents)
    wanted = {
        "newest": sorted(range(1, 24), reverse=True),
        "votes": sorted(range(1, 24), key=lambda number: (-(number % 3), -number)),
        "views": sorted(range(1, 24), key=lambda number: (-(number % 4), -number)),
    }
    for sort in (*wanted, "relevance"):
        pages = [engine.search(query(text, sort=sort, offset=offset, limit=7)) for offset in range(0, 28, 7)]
        found = [hit.id for page in pages for hit in page.hits]
        assert {page.total for page in pages} == {23}
        assert found == wanted.get(sort, found)
        assert sorted(found) == list(range(1, 24))
    assert engine.search(query(text, limit=0)).hits == ()


def test_a_commit_gives_the_index_another_name_and_a_query_does_not(place: Place) -> None:
    engine = place.open()
    assert engine.generation() == ""
    names = [engine.generation()]
    for change in ([document(1, "refund")], ()), ([document(1, "refund")], ()), ((), ["t1"]):
        engine.apply(*change)
        engine.search(query("refund"))
        names.append(engine.generation())
        assert engine.generation() == names[-1]
    engine.rebuild([document(1, "refund")], lambda names: ([], []))
    assert len({*names, engine.generation()}) == 5


def test_the_index_tells_which_version_of_a_document_it_holds(place: Place) -> None:
    first, second = document(1, "refund"), document(7, "invoice", kind="article")
    engine = place.holding(first, second)
    assert engine.stamps() == {"t1": first.stamp, "a7": second.stamp}
    changed = replace(first, title="refunds")
    engine.apply([changed], ["a7"])
    assert engine.stamps() == {"t1": changed.stamp}
    assert engine.stats().documents == 1
    assert not engine.stats().is_stale


def test_documents_count_once_in_a_batch_and_in_a_rebuild(place: Place) -> None:
    engine = place.holding(document(1, "refund"), document(1, "invoice"))
    assert engine.search(query("refund")).total == 0
    assert keys(engine.search(query("invoice"))) == ["t1"]
    engine.apply([document(2, "refund")], ["t2"])
    assert engine.keys() == {"t1", "t2"}, "a document that is written and removed at once was written last"


def test_tags_authors_and_words_may_hold_any_character(place: Place) -> None:
    odd = "o'b\\ & !(x) | 'y' :* %s {z}"
    engine = place.holding(document(1, f"Refund {odd}", odd, tags=(odd,), author=odd), document(2, "Refund"))
    assert keys(engine.search(query("refund", filters=Filters(tags=(odd,), author=odd)))) == ["t1"]
    assert engine.search(EngineQuery(EVERYBODY, words=(Word((odd,)),), excluded=(Word(("!(",)),))).total == 0
    assert engine.complete((odd,), odd, EVERYBODY) == []
    assert engine.similar([Word((odd, "%s"))], [], EVERYBODY) == []


def test_a_second_rebuild_is_refused_while_one_runs(place: Place) -> None:
    engine = place.holding(document(1, "refund"))
    refused = []

    def documents():
        yield document(2, "refund")
        with pytest.raises(IndexBusy):
            place.open().rebuild([], lambda names: ([], []))
        refused.append(True)

    engine.rebuild(documents(), lambda names: ([], []))
    assert refused
    assert engine.keys() == {"t2"}


def test_searches_go_on_while_others_write_and_rebuild(place: Place) -> None:
    engine = place.holding(document(1, "refund"))
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        reader = place.open()
        try:
            while not done.is_set():
                found = reader.search(query("refund", facets=True, limit=50))
                assert 1 <= found.total <= 12
                assert len({hit.key for hit in found.hits}) == len(found.hits)
                reader.complete((), "re", EVERYBODY)
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    try:
        for number in range(2, 8):
            engine.apply([document(number, "refund")], ())
        engine.rebuild([document(number, "refund") for number in range(1, 11)], lambda names: ([], []))
        engine.apply([document(12, "refund")], ())
    finally:
        done.set()
        for thread in readers:
            thread.join()
    assert not errors
    assert engine.search(query("refund")).total == 11


def built(text: str) -> EngineQuery:
    """The query of the search page for what somebody typed."""
    return querying.build(querying.parse(text), querying.SearchForm(), EVERYBODY)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("wifi", "Wi-Fi"), ("wi-fi", "wifi"), ("wi fi", "WiFi"), ("wifi", "wi fi"), ("Wi-Fi", "wi fi"), ("ｗｉｆｉ", "Wi‑Fi"),
        ("Müller", "Mueller"), ("mueller", "Müller"), ("muller", "Müller"), ("Müller", "Muller"), ("café", "cafe"),
        ("税", "关于税的政策"), ("退款", "我的退款什么时候到"), ("Rechnungen", "Rechnung"),
    ],
)  # fmt: skip
def test_other_spellings_of_a_word_find_it(place: Place, typed: str, written: str) -> None:
    engine = place.holding(document(1, written), document(2, "Something else"))
    assert keys(engine.search(built(typed))) == ["t1"]


def test_parts_of_german_compounds_are_found_where_nothing_else_is_and_lift_what_matches(place: Place) -> None:
    engine = place.holding(
        document(1, "Etwas anderes", lang="de"),
        document(2, "Die Paketverwaltung hilft", lang="de"),
        document(3, "Hilft mein Drucker", lang="de"),
    )
    assert keys(engine.search(built("Verwaltung"))) == ["t2"]
    assert keys(engine.search(built("Verwaltung hilft"))) == ["t2", "t3"]
    assert engine.search(built("Verwandte")).total == 0, "some letters in common are not enough"


def test_every_prior_lifts_what_matches_equally_well(place: Place) -> None:
    others = [document(number, "Refund takes long") for number in range(2, 6)]
    lifted = {"votes": 9, "is_solved": True, "confirmed": 9, "views": 900}
    for name, value in lifted.items():
        engine = place.holding(document(1, "Refund takes long", **{name: value}), *others)
        assert keys(engine.search(query("refund long")))[0] == "t1", name
