"""What screening finds in a text: pure functions, no database."""

from __future__ import annotations

import pytest

from app.core.markup import render_markdown
from app.moderation.screening.bayes import features, judge, judge_text, measure, train
from app.moderation.screening.checking import check_hosts, check_images, check_links
from app.moderation.screening.folding import readings
from app.moderation.screening.keeping import _checked_word
from app.moderation.screening.rules import Rule, compile_rules
from app.moderation.screening.terms import ScreeningTerms
from app.moderation.screening.traits import host_of, sketch_of, traits_of, with_title

TERMS = ScreeningTerms(own_host="community.test")


def word(text: str, number: int = 1, measure: str = "hold") -> Rule:
    return Rule(number, "word", text, _checked_word(text)[1], measure, "", "")


def host(name: str, measure: str, number: int = 1) -> Rule:
    return Rule(number, "host", name, name, measure, "", "")


def traits(source: str):
    return traits_of(str(render_markdown(source, own_host="community.test").html), "community.test")


@pytest.mark.parametrize(
    ("watched", "text"),
    [
        ("viagra", "Buy VIAGRA now"),
        ("viagra", "buy v1agra"),
        ("viagra", "V\u0456\u0430gr\u0430 for you"),  # Cyrillic letters
        ("viagra", "v i a g r a"),
        ("viagra", "v.i.a.g.r.a!"),
        ("viagra", "via\u200bgra"),
        ("viagra", "\uff36\uff29\uff21\uff27\uff32\uff21"),  # full width
        ("viagra", "see https://cheap-viagra.example/now"),
        ("casino*", "online-casinos"),
        ("casino", "c4$1no"),
        ("Glücksspiel", "glucksspiel"),
        ("buy now", "Buy,  now!"),
        ("赌场", "最好的中文赌场网站"),
        ("c0mpany", "c0mpany"),
    ],
)
def test_a_watched_word_is_found_in_every_disguise(watched: str, text: str):
    rules = compile_rules([word(watched)])
    assert [rule.text for rule in rules.words_in(traits(text).readings)] == [watched]


@pytest.mark.parametrize(
    ("watched", "text"),
    [("cialis", "a specialist"), ("casino", "casinos"), ("hell", "hello shell"), ("buy now", "buy it now"), ("ass", "class 455")],
)
def test_a_watched_word_is_a_whole_word(watched: str, text: str):
    assert compile_rules([word(watched)]).words_in(traits(text).readings) == []


def test_without_words_nothing_is_searched():
    assert compile_rules([]).words_in("anything") == []


def test_links_are_counted_by_where_they_lead():
    found = traits(
        "[a](https://www.Shop.example/x), [b](/ask), https://m\u00fcnchen.example, by.example and ![i](https://i.example/a.png)"
    )
    assert found.hosts == ("shop.example", "xn--mnchen-3ya.example", "i.example")
    assert (len(found.links), found.images) == (2, 1)
    assert "by.example" not in found.hosts and "by.example" in traits("go to by.example").named


@pytest.mark.parametrize(("address", "expected"), [("http://[", ""), ("/ask", ""), ("HTTPS://WWW.A.EXAMPLE.:80/x", "a.example")])
def test_the_host_of_an_address(address: str, expected: str):
    assert host_of(address) == expected


def test_a_host_covers_what_is_below_it_and_the_nearest_rule_counts():
    rules = compile_rules([host("example.com", "block", 1), host("docs.example.com", "allow", 2)])
    reasons = check_hosts(rules, frozenset({"shop.example.com", "docs.example.com", "badexample.com"}))
    assert [(reason.rule_id, str(reason.measure)) for reason in reasons] == [(1, "block")]


def test_new_people_have_few_links_and_allowed_hosts_do_not_count():
    text = "https://a.example https://b.example https://c.example"
    assert [reason.words for reason in check_links(traits(text), traits(""), compile_rules([]), TERMS)] == [
        "Links to 3 other sites by somebody new: a.example, b.example, c.example"
    ]
    assert check_links(traits("https://a.example https://b.example"), traits(""), compile_rules([]), TERMS) == []
    allowed = compile_rules([host("a.example", "allow")])
    assert check_links(traits("https://a.example/1 https://a.example/2 https://b.example"), traits(""), allowed, TERMS) == []
    assert check_links(traits(text), traits(text), compile_rules([]), TERMS) == [], "what stood there before is not new"


@pytest.mark.parametrize(("setting", "expected"), [("allow", []), ("hold", ["hold"]), ("block", ["block"])])
def test_images_of_new_people_follow_the_setting(setting: str, expected: list[str]):
    found = check_images(traits("![x](https://i.example/a.png)"), traits(""), ScreeningTerms(images=setting))
    assert [str(reason.measure) for reason in found] == expected


def test_the_sketch_of_a_text_survives_small_changes_and_tells_others_apart():
    first = (
        "our shop has the very best garden lamps for the lowest price in the whole country and ships them free of charge today"
    )
    changed = first.replace("lamps", "chairs")
    other = (
        "the pump hums but no water comes out of the hose although the filter is clean and the hose is not bent anywhere at all"
    )
    one, two, three = (sketch_of(text.split()) for text in (first, changed, other))
    assert len(one & two) >= 0.6 * len(one) and not one & three
    assert sketch_of(["that", "worked", "thanks"]) == frozenset(), "many people write short texts"


def test_a_title_is_searched_too():
    assert "casino" in with_title(traits("Hello there"), "C4SINO").readings


def test_readings_do_not_take_numbers_for_words():
    assert readings("50 so 1000") == "50 so 1000"


def test_the_classifier_learns_and_explains_itself():
    spam = [traits(f"Win a bonus at our casino number {n} https://win.example") for n in "abcdefgh"]
    ham = [traits(f"The pump number {n} hums, which filter do I need?") for n in "abcdefgh"]
    model = train(map(features, spam), map(features, ham))
    bad = judge(model, features(traits("A casino bonus for you: https://win.example")))
    assert bad.sureness > 0.95 and {"casino", "bonus", "to win.example"} <= set(bad.because)
    assert judge(model, features(traits("My pump hums"))).sureness < 0.1
    assert judge(model, features(traits("Entirely unrelated sentences"))).sureness == 0.5
    hidden = (
        "The pump number one hums, which filter do I need? " + "Dolor sit amet. " * 12 + "Win a casino bonus: https://win.example"
    )
    assert judge_text(model, traits(hidden)).sureness > 0.95, "also below honest sentences"
    quality = measure(spam, ham, sure=0.95)
    assert (quality.precision, quality.recall, quality.texts) == (1.0, 1.0, 16)
