"""Several texts one after another, in the language that is spoken."""

import pytest
from markupsafe import Markup

from app.core.i18n import speaking
from app.core.listing import listed, quoted, run_on, sentences


@pytest.mark.parametrize(
    ("language", "list_of_three", "quotations", "said"),
    [
        ("en", "spam, abuse, other", "“a”, “b”", "One. Two."),
        ("de", "spam, abuse, other", "„a“, „b“", "One. Two."),
        ("zh", "spam、abuse、other", "“a”、“b”", "One.Two."),
    ],
)
def test_languages_put_texts_one_after_another_as_they_do(language: str, list_of_three: str, quotations: str, said: str):
    with speaking(language):
        assert listed(word for word in ("spam", "abuse", "other")) == list_of_three
        assert quoted(["a", "b"]) == quotations
        assert sentences(["One.", "Two."]) == said
        paragraph = Markup('<a href="/x">一。</a> 二。 Three. Four.')
        assert run_on(paragraph) == Markup('<a href="/x">一。</a>二。Three. Four.' if language == "zh" else str(paragraph))
        assert isinstance(run_on(paragraph), Markup)
        assert (listed([]), listed(["one"]), sentences([])) == ("", "one", "")
