"""The query language, and what becomes of filters in the address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search import querying
from app.search.querying import ParsedQuery, SearchForm, build, parse


def test_words_phrases_and_exclusions() -> None:
    parsed = parse('refund "reset my password" -paypal -"credit card"')
    assert parsed.words == ("refund",)
    assert parsed.phrases == ("reset my password",)
    assert parsed.excluded == ("paypal", "credit card")


def test_operators() -> None:
    parsed = parse('TAG:Billing tag:"two words" is:solved in:kb user:@Ada invoice')
    assert parsed.tags == ("billing", "two words")
    assert (parsed.words, parsed.states, parsed.places, parsed.user) == (("invoice",), ("solved",), ("kb",), "Ada")
    query = build(parsed, SearchForm(), ("public",))
    assert query.filters.kinds == ("article",)
    assert query.filters.author == "ada"
    assert query.filters.is_solved is True


def test_operators_may_have_the_wide_colon_of_chinese_keyboards() -> None:
    assert parse("通风 is：solved 标签：水") == ParsedQuery(words=("通风", "标签：水"), states=("solved",))


@pytest.mark.parametrize(
    ("raw", "notes"),
    [
        ("vent IS:Nonsense", [("state", "IS:Nonsense", "Nonsense")]),
        ('vent is:"all done"', [("state", 'is:"all done"', "all done")]),
        ("vent before:yesterday", [("name", "before:yesterday", "before")]),
        ("vent -tag:hub", [("minus", "-tag:hub", "hub")]),
        ("is:a is:a is:b is:c is:d", [("state", "is:a", "a"), ("state", "is:b", "b"), ("state", "is:c", "c")]),
        ('vent "before:noon" -after:dark tag:nope in:nope user:nobody before: is: http://x.example/?status:1 TypeError:x', []),
        ("is:Solved is:unsolved is:needs_info is:question is:article is:thread", []),
    ],
)
def test_what_does_not_do_what_it_looks_like_is_known(raw: str, notes: list[tuple[str, str, str]]) -> None:
    assert [(note.kind, note.typed, note.about) for note in querying.misread(raw)] == notes


def test_a_hyphen_inside_a_word_excludes_nothing() -> None:
    assert parse("e-mail sign-in").excluded == ()


def test_a_quoted_single_word_is_a_word() -> None:
    assert parse('"refund"').words == ("refund",)


def test_operators_without_value_and_lone_marks_are_harmless() -> None:
    for raw in ("tag:", "is:", '"', '""', "-", "--", "user:", 'tag:"', "-tag:x", ":", "in: in:"):
        assert isinstance(parse(raw), ParsedQuery)
    assert parse('""').is_empty
    assert parse("-word").is_empty, "an exclusion alone asks for nothing"


def test_long_queries_are_cut_and_say_so() -> None:
    parsed = parse("word " * 2000)
    assert parsed.is_cut
    many = parse(" ".join(f"word{number}" for number in range(20)))
    assert many.is_cut
    assert len(many.words) == querying.MAX_WORDS
    assert not parse("short query").is_cut


def test_function_words_do_not_use_up_the_limit() -> None:
    assert not parse("how do I get to the one and only place in the middle of the town if it is not on the map").is_cut


def test_a_query_of_function_words_keeps_them_for_titles() -> None:
    query = build(parse("who are you"), SearchForm(), ("public",))
    assert query.words == ()
    assert query.fallback == ("who", "are", "you")


def test_unknown_filter_values_are_no_condition() -> None:
    form = SearchForm.cleaned(type="posts", status="x", age="century", sort="random", tag="t" * 500)
    assert form == SearchForm(tag="t" * 80)


@pytest.mark.parametrize(("age", "days"), [("day", 1), ("week", 7), ("year", 365)])
def test_ages_become_a_moment(age: str, days: int) -> None:
    import time

    query = build(parse("x"), SearchForm.cleaned(age=age), ("public",))
    assert abs(query.filters.after - (time.time() - days * 86400)) < 5


def test_without_words_the_newest_come_first() -> None:
    assert build(parse("is:unanswered"), SearchForm(), ("public",)).sort == "newest"
    assert build(parse("refund"), SearchForm(), ("public",)).sort == "relevance"


def test_phrases_are_verified_word_for_word() -> None:
    text = "Please RESET my pass-word, or café."
    assert querying.holds_phrases(text, ("reset my pass",))
    assert querying.holds_phrases(text, ("or cafe",))
    assert not querying.holds_phrases(text, ("reset pass",))
    assert not querying.holds_phrases(text, ("reset my pas",))
    assert querying.holds_phrases("我们的退款政策", ("退款 政策",)) is False
    assert querying.holds_phrases("我们的退款政策", ("退款政策",))


@given(st.text(alphabet=st.sampled_from(list('ab"-:“” \t\n\x00tagisinuser退款ß\ud800+*?~^()[]{}|&!\\/')), max_size=400))
def test_rubbish_never_raises(raw: str) -> None:
    parsed = parse(raw)
    query = build(parsed, SearchForm(), ("public",))
    assert len(query.words) + len(query.required) <= 2 * querying.MAX_TERMS


@given(st.text(max_size=1500))
def test_no_text_raises(raw: str) -> None:
    build(parse(raw), SearchForm(), ("public",))


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("pump is:solved", "pump"),
        ('"no water" tag:drip -hose in:kb user:ada', "no water"),
        ("  two   words ", "two words"),
        ("„kein Wasser“ 退款", "kein Wasser 退款"),
        ("broken & odd", "broken & odd"),
        ("is:solved", ""),
        ("", ""),
    ],
)
def test_the_words_of_a_query_can_be_had_without_its_operators(raw: str, plain: str) -> None:
    assert querying.plain(raw) == plain


@pytest.mark.parametrize(
    ("raw", "kinds", "states"),
    [
        ("pump in:kb", "pump", "pump in:kb"),
        ("in:Forum  pump is:Solved", "pump is:Solved", "in:Forum pump"),
        ("is:question pump in:billing", "pump in:billing", "is:question pump in:billing"),
        ('pump -is:solved "in:kb"', 'pump -is:solved "in:kb"', 'pump -is:solved "in:kb"'),
        ("is:unsolved", "is:unsolved", ""),
    ],
)
def test_links_that_choose_take_the_place_of_operators(raw: str, kinds: str, states: str) -> None:
    assert (querying.without_kinds(raw), querying.without_states(raw)) == (kinds, states)


@pytest.mark.parametrize(
    ("raw", "form", "chosen"),
    [
        ("pump", {}, ("all", "")),
        ("pump in:kb", {"type": "threads"}, ("articles", "")),
        ("pump is:solved", {}, ("all", "solved")),
        ("pump is:solved", {"status": "answered"}, ("all", "answered")),
        ("pump is:answered is:closed in:forum", {}, ("threads", "")),
    ],
)
def test_filters_show_what_the_operators_ask_for(raw: str, form: dict[str, str], chosen: tuple[str, str]) -> None:
    found = querying.chosen(parse(raw), SearchForm.cleaned(**form))
    assert (found.type, found.status) == chosen


@given(st.text(max_size=400))
def test_taking_a_query_apart_for_links_never_raises(raw: str) -> None:
    assert len(querying.plain(raw)) <= querying.MAX_CHARS
    querying.without_states(querying.without_kinds(raw))
    querying.chosen(parse(raw), SearchForm())
