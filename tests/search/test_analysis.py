"""Words, stems and their order."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.search import analysis, stemming
from app.search.counting import count_document
from app.search.languages import LANGUAGES
from app.search.stemming import stems
from tests.search.samples import document


def terms(text: str, langs: tuple[str, ...] = LANGUAGES) -> list[str]:
    return analysis.terms_of(analysis.words(text), langs)


def test_english_forms_of_a_word_are_one_term() -> None:
    assert set(terms("invoices invoice invoiced", ("english",))) == {"invoic"}


def test_case_accents_width_and_german_umlaut_spellings_are_folded() -> None:
    assert terms("CAFÉ café ｃａｆｅ", ("english",)) == ["cafe"] * 3
    assert len(set(terms("Rückerstattung Rueckerstattung rückerstattung", ("german",)))) == 1
    assert len(set(terms("Häuser Haus", ("german",)))) == 1
    assert analysis.words("Straße") == ["strasse"]


def test_both_languages_give_their_stem_once() -> None:
    assert terms("rechnungen") == ["rechnungen", "rechnung"]
    assert terms("router") == ["router", "rout"] or terms("router") == ["router"]
    assert terms("blog") == ["blog"]


def test_stop_words_are_left_out_but_stay_surface_words() -> None:
    assert terms("how to be the one") == ["one"]
    assert terms("who are you") == []
    assert analysis.surface_words("Who are you?") == ["who", "are", "you"]


def test_contractions_versions_and_program_names() -> None:
    assert list(analysis.words("it's don't l'avion")) == ["it", "dont", "l", "avion"]
    assert list(analysis.words("version 2.7.4 of node.js in the U.S.A.")) == [
        "version", "2.7.4", "of", "node", "js", "in", "the", "usa",
    ]  # fmt: skip
    assert list(analysis.words("C++ and C# but not c+")) == ["c++", "and", "c#", "but", "not", "c"]


def test_chinese_japanese_and_korean_become_pairs_of_characters() -> None:
    assert terms("退款政策") == ["退款", "款政", "政策"]
    assert terms("用wifi连接") == ["用", "wifi", "连接"]
    assert terms("がか")[0] == "がか", "voicing marks belong to the letter"
    assert terms("한국어") == ["한국", "국어"]
    assert analysis.surface_words("退款", single=True) == ["退款", "退", "款"]


def pieces(text: str, langs: tuple[str, ...]) -> list[str]:
    """What is indexed of a text besides its words."""
    return [*stems_of_joined(text, langs), *further(text, langs)]


def stems_of_joined(text: str, langs: tuple[str, ...]) -> list[str]:
    return [stem for whole, _parts in analysis.joined(text, analysis.words(text)) for stem in stems(whole, langs)]


def further(text: str, langs: tuple[str, ...]) -> list[str]:
    return [term for word in analysis.words(text) for term in analysis.further_terms(word, langs)]


def test_words_written_apart_are_joined_for_documents_and_another_spelling_in_queries() -> None:
    assert pieces("Wi-Fi and e mail, not in it", ("english",)) == ["wifi", "email"]
    assert list(analysis.variants("Wi-Fi", ("english",))) == [("wi", "wifi"), ("fi", "wifi")]
    assert list(analysis.variants("new york", ("english",))) == [("new",), ("york",)]


def test_umlauts_have_two_spellings_in_queries() -> None:
    assert list(analysis.variants("Müller", ("english",))) == [("muller", "mueller")]
    assert list(analysis.variants("Mueller", ("english",))) == [("mueller", "muller")]
    assert list(analysis.variants("queue blue", ("english",))) == [("queue",), ("blue",)]


def test_long_german_words_have_pieces_and_characters_of_chinese_stand_alone() -> None:
    assert pieces("Rechnung", ("german",)) == ["~rechn", "~echnu", "~chnun", "~hnung"]
    assert pieces("Rechnung", ("english",)) == pieces("kurz", ("german",)) == []
    assert analysis.compound_pieces("Wo ist das Paket und wo die Post?") == ["~paket"]
    assert pieces("退款 中 ひらがな", ("english",)) == ["退", "款"]


def language_of(declared: str, text: str) -> str:
    """The language in which a document is stemmed."""
    return count_document(document(1, "", text, lang=declared)).langs[0]


def test_language_is_taken_from_the_declaration_else_guessed() -> None:
    assert language_of("de", "hello") == "german"
    assert language_of("", "Ich habe eine Frage zu der Rechnung und finde sie nicht") == "german"
    assert language_of("", "I was told to die another day, it was a war") == "english"
    assert language_of("fr", "Où est la gare") == "english"


def test_long_runs_are_cut_and_the_cache_is_bounded(monkeypatch) -> None:
    assert [len(word) for word in analysis.words("x" * 10_000)] == [analysis.MAX_WORD]
    monkeypatch.setattr(stemming, "CACHE_WORDS", 3)
    stems = stemming._Stems("english")
    for number in range(20):
        assert stems[f"words{number}"]
        assert len(stems) <= 3


def test_titles_that_differ_in_case_and_punctuation_only_have_one_key() -> None:
    assert analysis.title_key("How do I get a refund?") == analysis.title_key("how do i get a REFUND")
    assert analysis.title_key("refund") != analysis.title_key("refunds")
    assert analysis.title_key("???") == ""


@given(st.text())
def test_any_text_gives_short_terms_and_spans_inside_it(text: str) -> None:
    for term in (
        *terms(text),
        *pieces(text, LANGUAGES),
        *analysis.compound_pieces(text),
        *analysis.surface_words(text, single=True),
        *analysis.spelling_of(analysis.words(text)),
    ):
        assert term and len(term) <= analysis.MAX_WORD * 2
        assert not any(character.isspace() for character in term)
    for start, end in analysis.spans(text):
        assert 0 <= start < end <= len(text)


def test_dots_and_apostrophes_stand_in_words_in_plain_texts_as_in_all_others() -> None:
    for letters in product("a1.'_ ", repeat=5):
        text = "".join(letters)
        assert analysis.runs(text) == analysis.runs(text + " é")[:-1], text
