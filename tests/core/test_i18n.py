"""Texts are said in the language of their reader, in code and in templates, and nobody hears another's."""

import threading

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup, escape

from app.core import i18n
from app.core.i18n import current_language, gettext, lazy_gettext, ngettext, speaking
from app.web.filters import FILTERS
from app.web.languages import choose_language
from app.web.quick_templates import make_quick
from app.web.translating import add_translations, environment_in

TEXTS = {
    "Hello": "Hallo",
    "Tom & Jerry's": "Tom & Jerrys",
    "Hello %(name)s": "Guten Tag, %(name)s",
    "%(share)s%% of all": "von allen %(share)s %%",
}
FORMS = {
    "%(num)s answer": ("%(num)s Antwort", "%(num)s Antworten"),
    "%(n)s vote by %(who)s": ("eine Stimme von %(who)s", "%(who)s: %(n)s"),
}
SOURCE = (
    "{% macro said(text) %}[{{ text }}]{% endmacro %}"
    "{{ _('Hello') }}|{{ said(_('Tom & Jerry\\'s')) }}|{{ _('Hello %(name)s', name=who) }}|{{ ngettext('%(num)s answer', '%(num)s answers', n) }}|"
    "{% trans name=who %}\n  Hello\n  {{ name }}\n{% endtrans %}|"
    "{% trans n, who=who %}{{ n }} vote by {{ who }}{% pluralize %}{{ n }} votes by {{ who }}{% endtrans %}|"
    "{% trans share=n %}{{ share }}% of all{% endtrans %}|{{ said(_('Hello %(name)s', name=who)) }}"
)


class Invented(i18n.Speech):
    """A language of a few words."""

    def text(self, message: str) -> str:
        return TEXTS.get(message, message)

    def form(self, singular: str, plural: str, number: int) -> str:
        return FORMS[singular][number != 1]


@pytest.fixture(autouse=True)
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(i18n._speeches, "de", Invented("de"))


def shown(name: str, language: str | None, **values: object) -> str:
    base = Environment(loader=DictLoader({"a.html": SOURCE, "a.txt": SOURCE}), autoescape=lambda name: name.endswith("html"))
    base.filters.update(FILTERS)
    make_quick(base)
    add_translations(base)
    return (environment_in(base, language) if language else base).get_template(name).render(values)


@pytest.mark.parametrize("name", ["a.html", "a.txt"])
@pytest.mark.parametrize("n", [1, 2, 12345])
@pytest.mark.parametrize("who", ["Ada", "<b>", Markup("<i>x</i>")])
def test_texts_compiled_in_are_the_texts_looked_up(name: str, n: int, who: str):
    for language in ("en", "de"):
        with speaking(language):
            assert shown(name, language, n=n, who=who) == shown(name, None, n=n, who=who)


def test_values_are_escaped_and_texts_are_not():
    with speaking("de"):
        html = shown("a.html", "de", n=12345, who="<b>")
    assert html == (
        "Hallo|[Tom & Jerrys]|Guten Tag, &lt;b&gt;|12.345 Antworten|Guten Tag, &lt;b&gt;|&lt;b&gt;: 12.345|von allen 12345 %|[Guten Tag, &lt;b&gt;]"
    )


def test_everybody_hears_their_own_language():
    heard: list[str] = []
    with speaking("de"):
        assert (gettext("Hello"), gettext("Hello %(name)s", name="Ada"), gettext("100%")) == ("Hallo", "Guten Tag, Ada", "100%")
        thread = threading.Thread(target=lambda: heard.append(gettext("Hello")))
        thread.start()
        thread.join()
        with speaking("en"):
            assert gettext("Hello") == "Hello"
        with speaking(None):
            assert current_language() == "en"
        assert ngettext("%(num)s answer", "%(num)s answers", 1200) == "1.200 Antworten"
    assert heard == ["Hello"]
    assert gettext("Hello") == "Hello"


def test_lazy_texts_speak_when_they_are_shown_and_stay_one_key():
    label = lazy_gettext("Hello")
    with speaking("de"):
        assert (str(label), f"{label}!", "<" + label, label + ">", label % (), escape(label)) == (
            "Hallo", "Hallo!", "<Hallo", "Hallo>", "Hallo", "Hallo",
        )  # fmt: skip
        assert {label: 1}["Hello"] == 1
    assert str(label) == "Hello"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de-AT,en;q=0.5", "de"), ("fr,de;q=0.5", "de"), ("fr", "en"), ("*", "en"), ("fr,*;q=0.1", "en"),
        ("de;q=0,zh", "zh"), ("EN-gb", "en"), (";;q=a,,", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_browsers_ask_for_a_language(header: str, language: str):
    assert choose_language(header, ("en", "de", "zh"), "en") == language


def test_a_language_that_is_not_offered_is_not_spoken():
    assert choose_language("de", ("en", "zh"), "zh") == "zh"
