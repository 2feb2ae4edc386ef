"""The embedded engine: what is found, what is not, and that writing keeps it so."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.search import ranking
from app.search.engines import whoosh, whoosh_reader
from app.search.engines.base import EngineQuery, Filters, IndexBusy, Word
from app.search.engines.whoosh import WhooshEngine
from app.search.engines.whoosh_store import DurableStorage, IndexStore
from app.search.ranking import Priors
from tests.search.samples import EVERYBODY, STAFF, document, engine_at, keys, query


def test_an_engine_without_index_finds_nothing_and_says_that_it_is_stale(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "search")
    assert engine.search(query("refund")).total == 0
    assert engine.similar([Word(("x",))], [], EVERYBODY) == []
    assert engine.complete((), "re", EVERYBODY) == []
    assert engine.keys() == set()
    assert engine.stats().is_stale
    engine.apply((), ())
    assert engine.stats().is_stale, "an empty batch writes nothing"


def test_an_updated_document_is_found_once_and_by_its_new_words_only(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "old words"), document(2, "other"))
    engine.apply([document(1, "new words")], ())
    assert keys(engine.search(query("words"))) == ["t1"]
    assert engine.search(query("old")).total == 0
    engine.apply([document(1, "newest words"), document(1, "final words")], ())
    assert keys(engine.search(query("words"))) == ["t1"]
    assert keys(engine.search(query("final"))) == ["t1"]


def test_a_deleted_document_is_gone_and_threads_and_articles_with_one_id_are_two_things(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(7, "refund"), document(7, "refund", kind="article"))
    assert set(keys(engine.search(query("refund")))) == {"t7", "a7"}
    engine.apply((), ["t7", "t999"])
    assert keys(engine.search(query("refund"))) == ["a7"]
    assert engine.keys() == {"a7"}


def test_ids_and_numbers_of_64_bits_survive(tmp_path: Path) -> None:
    big = 2**63 - 1
    engine = engine_at(tmp_path, document(big, "refund", views=10**30, votes=10**12))
    engine.apply([document(big, "refund", kind="article")], ())
    assert set(keys(engine.search(query("refund")))) == {f"t{big}", f"a{big}"}


def test_many_small_commits_are_merged_and_nothing_is_lost(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "search")
    for number in range(1, 81):
        engine.apply([document(number, f"refund number{number}", votes=number)], [f"t{number - 1}"] if number % 10 == 0 else ())
    stats = engine.stats()
    assert stats.segments <= 16
    assert engine.keys() == {f"t{number}" for number in range(1, 81) if number % 10 != 9}
    assert keys(engine.search(query("number33"))) == ["t33"]
    assert keys(engine.search(query("refund", sort="votes", limit=3))) == ["t80", "t78", "t77"]
    assert not list((tmp_path / "search").glob("index-*/MAIN.tmp"))


def test_audiences_never_leak_into_hits_totals_facets_completion_similar_or_spelling(tmp_path: Path) -> None:
    secret = [
        document(1, "Zephyrproject launch date", audience="staff", category="internal", status="solved", is_solved=True),
        document(2, "Zephyrproject pricing", audience="members", kind="article", category="vip"),
    ]
    engine = engine_at(tmp_path, *secret, document(3, "Launch date of pricing"))
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


def test_a_document_that_becomes_private_is_gone_for_others_at_once(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    assert engine.search(query("refund")).total == 1
    engine.apply([document(1, "refund", audience="staff")], ())
    assert engine.search(query("refund")).total == 0
    assert engine.search(query("refund", STAFF)).total == 1


def test_filters(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
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


def test_facets_count_what_each_choice_would_show(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
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


def test_required_excluded_and_all_words(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund invoice"), document(2, "refund paypal"), document(3, "invoice"))
    refund, invoice, paypal = (Word((stem,)) for stem in ("refund", "invoic", "paypal"))
    assert set(keys(engine.search(EngineQuery(EVERYBODY, required=(refund, invoice))))) == {"t1"}
    assert set(keys(engine.search(EngineQuery(EVERYBODY, words=(refund, invoice), match_all=True)))) == {"t1"}
    assert set(keys(engine.search(EngineQuery(EVERYBODY, words=(refund,), excluded=(paypal,))))) == {"t1"}
    assert engine.search(EngineQuery(EVERYBODY, required=(refund,), excluded=(refund,))).total == 0


def test_words_that_are_in_no_text_are_looked_for_in_titles_as_written(tmp_path: Path) -> None:
    titles = ("Who are you", "Something else, and who knows you", "退款")
    engine = engine_at(tmp_path, *(document(number, title) for number, title in enumerate(titles, start=1)))
    assert keys(engine.search(EngineQuery(EVERYBODY, fallback=("who", "are", "you")))) == ["t1"]
    assert keys(engine.search(query("退", fallback=("退",)))) == ["t3"]


def test_completion_wants_all_words_and_shows_the_best_known_first(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
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


def test_similar_knows_questions_and_articles_but_not_discussions_or_the_document_itself(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
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


def test_corrections_follow_the_index(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "Invoice", "greenhouse heater"))
    assert engine.corrections(["invioce", "grenhouse", "invoice", "x9y"]) == {"invioce": "invoice", "grenhouse": "greenhouse"}
    engine.apply([document(2, "thermostat")], ())
    assert engine.corrections(["thermostatt"]) == {"thermostatt": "thermostat"}


def test_rebuild_switches_at_its_end_and_keeps_what_changed_meanwhile(tmp_path: Path) -> None:
    stored = {number: document(number, f"refund version0 of{number}") for number in range(1, 21)}
    engine = engine_at(tmp_path, *stored.values())
    old = (tmp_path / "search" / "CURRENT").read_text()

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
                other = WhooshEngine(tmp_path / "search")
                other.apply(*reload(["t3", "t4", "t30"]))
                assert keys(other.search(query("version1"))) == ["t3"], "the old index is used and kept fresh"
                assert (tmp_path / "search" / "CURRENT").read_text() == old

    assert engine.rebuild(documents(), reload) == 20
    assert (tmp_path / "search" / "CURRENT").read_text() != old
    assert engine.keys() == {f"t{number}" for number in stored}
    assert keys(engine.search(query("version1"))) == ["t3"]
    assert len(list((tmp_path / "search").glob("index-*"))) == 1
    assert not (tmp_path / "search" / "CHANGED").exists()


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))

    def broken():
        yield document(2, "invoice")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken(), lambda names: ([], []))
    assert keys(engine.search(query("refund"))) == ["t1"]
    engine.apply([document(3, "refund")], ())
    assert engine.rebuild([document(5, "refund")], lambda names: ([], [])) == 1
    assert engine.keys() == {"t5"}
    assert len(list((tmp_path / "search").glob("index-*"))) == 1


def test_a_snapshot_outlives_a_rebuild_and_the_next_search_sees_the_new_index(tmp_path: Path) -> None:
    reader = engine_at(tmp_path, document(1, "refund"))
    snapshot = reader._snapshots.get()
    WhooshEngine(tmp_path / "search").rebuild([document(2, "refund invoice")], lambda names: ([], []))
    assert snapshot.scores(query("refund").words, "text")[0].tolist() != [0.0], "its files stay open"
    assert keys(reader.search(query("refund"))) == ["t2"]


def test_a_removed_folder_is_an_empty_index_that_can_be_written_again(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    assert engine.search(query("refund")).total == 1
    shutil.rmtree(tmp_path / "search")
    assert engine.search(query("refund")).total == 0
    engine.apply([document(2, "refund")], ())
    assert engine.keys() == {"t2"}


def test_a_full_disk_is_reported_and_recovered_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    create = DurableStorage.create_file
    for allowed in range(1, 30):
        made = []

        def full(self, name, made=made, allowed=allowed, **options):
            made.append(name)
            if len(made) > allowed:
                raise OSError(errno.ENOSPC, "No space left on device")
            return create(self, name, **options)

        with monkeypatch.context() as patch:
            patch.setattr(DurableStorage, "create_file", full)
            try:
                engine.apply([document(2, "refund")], ["t1"])
            except OSError as error:
                assert error.errno == errno.ENOSPC
                assert engine.keys() == {"t1"}
            else:
                break
    assert allowed > 5
    assert engine.keys() == {"t2"}


def test_readers_look_for_news_at_most_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = engine_at(tmp_path, document(1, "refund"))
    reader.search(query("refund"))
    looked = []
    monkeypatch.setattr(IndexStore, "current", lambda self: looked.append(1))
    for _ in range(50):
        reader.search(query("refund"))
    assert not looked


def test_an_index_of_other_rules_or_priors_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    assert not engine.stats().is_stale
    assert WhooshEngine(tmp_path / "search", Priors.of(("votes",))).stats().is_stale
    monkeypatch.setattr(ranking, "RANKING_VERSION", 999)
    assert WhooshEngine(tmp_path / "search").stats().is_stale


def test_the_folder_is_private(tmp_path: Path) -> None:
    engine_at(tmp_path, document(1, "refund"))
    root = tmp_path / "search"
    assert root.stat().st_mode & 0o777 == 0o700
    assert next(root.glob("index-*")).stat().st_mode & 0o777 == 0o700


def test_a_second_writer_waits_and_then_gives_up_with_a_retryable_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = engine_at(tmp_path, document(1, "refund")), WhooshEngine(tmp_path / "search")
    monkeypatch.setattr(whoosh, "WRITE_WAIT", 0.05)
    with IndexStore(tmp_path / "search").writing(), pytest.raises(IndexBusy):
        second.apply([document(2, "refund")], ())
    with IndexStore(tmp_path / "search").rebuilding(), pytest.raises(IndexBusy):
        first.rebuild([], lambda names: ([], []))
    second.apply([document(2, "refund")], ())
    assert second.keys() == {"t1", "t2"}


def test_a_program_that_writes_with_whoosh_itself_is_waited_for_too(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    from whoosh.index import open_dir

    writer = open_dir(str(next((tmp_path / "search").glob("index-*")))).writer()
    with pytest.raises(IndexBusy):
        engine.apply([document(2, "refund")], ())
    writer.cancel()
    engine.apply([document(2, "refund")], ())
    assert engine.keys() == {"t1", "t2"}


def test_threads_write_and_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_reader, "CHECK_SECONDS", 0.0)
    engine = engine_at(tmp_path, document(1, "refund"))
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                assert engine.search(query("refund", facets=True)).total >= 1
                engine.complete((), "re", EVERYBODY)
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    try:
        for number in range(2, 40):
            engine.apply([document(number, "refund")], ())
    finally:
        done.set()
        for thread in readers:
            thread.join()
    assert not errors
    assert engine.search(query("refund")).total == 39


WRITER = """
import sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, {root!r})
from pathlib import Path
from app.search.engines.base import IndexBusy
from app.search.engines.whoosh import WhooshEngine
from tests.search.samples import document
engine = WhooshEngine(Path({folder!r}))
for number in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
    while True:
        try:
            engine.apply([document(number, "refund round{{}}".format(number))], ())
            break
        except IndexBusy:
            pass
    print(number, flush=True)
"""


def _writer(folder: Path, first: int, count: int) -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[2])
    code = WRITER.format(root=root, folder=str(folder))
    return subprocess.Popen([sys.executable, "-c", code, str(first), str(count)], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    engine_at(tmp_path, document(1, "refund"))
    writers = [_writer(tmp_path / "search", first, 25) for first in (100, 200)]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    expected = {"t1", *(f"t{number}" for first in (100, 200) for number in range(first, first + 25))}
    assert WhooshEngine(tmp_path / "search").keys() == expected


@pytest.mark.slow
@pytest.mark.parametrize("kill", range(5))
def test_a_killed_writer_leaves_an_index_that_opens_and_has_lost_nothing(tmp_path: Path, kill: int) -> None:
    engine_at(tmp_path, document(1, "refund"))
    writer = _writer(tmp_path / "search", 100, 100_000)
    assert writer.stdout is not None
    confirmed = [int(writer.stdout.readline()) for _ in range(3)]
    time.sleep(0.013 * kill + 0.004)
    writer.kill()
    confirmed += [int(line) for line in writer.communicate(timeout=10)[0].split()]
    engine = WhooshEngine(tmp_path / "search")
    found = engine.keys()
    assert {"t1", *(f"t{number}" for number in confirmed)} <= found
    assert len(found) - len(confirmed) - 1 in (0, 1), "at most the commit that could not be reported"
    for number in confirmed:
        assert keys(engine.search(query(f"round{number}"))) == [f"t{number}"]
    engine.apply([document(number, "refund again") for number in confirmed], ())
    assert len(engine.keys()) == len(found)
    assert engine.search(query("again")).total == len(confirmed)


def test_a_rebuild_that_was_killed_is_cleaned_up(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    left = tmp_path / "search" / "index-123"
    left.mkdir()
    (left / "MAIN_x.trm").write_bytes(b"half")
    (tmp_path / "search" / "CHANGED").write_text("t1\n")
    engine.apply([document(2, "refund")], ())
    assert not (tmp_path / "search" / "CHANGED").exists(), "nobody collects changes any more"
    engine.rebuild([document(1, "refund")], lambda names: ([], []))
    assert not left.exists()


@pytest.mark.parametrize("content", ["", "index-404", "../../etc", "index-1\nindex-2", "\x00"])
def test_a_broken_pointer_is_an_empty_index_that_a_rebuild_repairs(tmp_path: Path, content: str) -> None:
    engine_at(tmp_path, document(1, "refund"))
    (tmp_path / "search" / "CURRENT").write_text(content)
    engine = WhooshEngine(tmp_path / "search")
    assert engine.search(query("refund")).total == 0
    assert engine.stats().is_stale
    engine.rebuild([document(1, "refund")], lambda names: ([], []))
    assert engine.keys() == {"t1"}


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
def test_other_languages_are_found_by_their_words(tmp_path: Path, text: str, ask: str, other: str) -> None:
    engine = engine_at(tmp_path, document(1, "x", text), document(2, "Refund of an order"))
    assert keys(engine.search(query(ask))) == ["t1"]
    assert engine.search(query(other)).total == 0
