"""Templates that print and call with less ado say what Jinja would have said."""

from functools import lru_cache
from types import SimpleNamespace

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError, pass_context
from markupsafe import Markup, escape

from app.web.quick_templates import make_quick, printed

MACROS = "{% macro row(a, b='<b>', c=a) -%}{{ a }}|{{ b }}|{{ c }}{%- endmacro %}"
CALLER = "{% macro box(a) -%}[{{ a }}{{ caller() }}]{%- endmacro %}"


def environment(source: str, *, is_quick: bool = True, is_escaping: bool = True) -> Environment:
    made = Environment(autoescape=is_escaping, undefined=StrictUndefined, loader=DictLoader({"page": source}))
    if is_quick:
        make_quick(made)
    return made


class Inner:
    name = "<inner>"

    def __getitem__(self, name: str) -> str:
        return "an attribute comes first"


class Safe:
    def __html__(self) -> str:
        return "<i>safe</i>"


@pytest.mark.parametrize(
    "value", ["", "a<b>&\"'", Markup("<b>bold</b>"), 7, 1.5, True, None, Safe(), ["<"]], ids=lambda one: type(one).__name__
)
def test_a_value_is_printed_as_it_is_escaped(value: object) -> None:
    assert printed(value) == str(escape(value))


@pytest.mark.parametrize("is_escaping", [True, False])
@pytest.mark.parametrize(
    "source",
    [
        MACROS + "{{ row('<') }} {{ row('<', '&') }} {{ row(1, c='<c>') }} {{ row(b=x, a=safe) }}",
        MACROS + "{% set kept = row('<') %}{{ kept }}{{ kept ~ '<' }}{{ (kept ~ x) | length }}",
        CALLER + "{% call box('<') %}{{ x }}{% endcall %}{% for one in [x, safe] %}{{ box(one, caller=cached) }}{% endfor %}",
        "{% block one %}{{ cached('<') }}{{ wanting(1) }}{% for one in [1] %}{{ wanting(one) }}{% endfor %}{% endblock %}",
        "{% macro maybe(a) -%}{{ caller() if caller is defined else a }}{%- endmacro %}{{ maybe(x) }}{% call maybe(1) %}{{ x }}{% endcall %}",
        "{% macro told(caller=none) -%}{{ caller() if caller else 'alone' }}{%- endmacro %}{{ told() }}{% call told() %}{{ x }}{% endcall %}",
        "{% for one in rows %}{{ one.name }}{{ one.inner.name }}{{ one.none is none }}{{ one.nothing is defined }}{{ loop.last }}{% endfor %}",
        "{{ rows[0].inner.name }}{{ (rows | first).name }}{{ rows[1].items.__name__ }}{{ x.upper() }}",
        "{% macro many() -%}{{ varargs | join(x) }}{{ kwargs.a }}{%- endmacro %}{{ many('<', 2, a='>') }}",
        "{{ x }}{{ x | upper }}{{ safe }}{{ none }}{{ 1 < 2 }}{{ '<' if x else '' }}",
        MACROS
        + "{% for one in [x, 1] %}{{ row(one) if loop.first else x ~ one }}{{ row(one, c=cached(x)) if one is string else '<' }}{% endfor %}",
    ],
)
def test_a_template_says_what_it_said(source: str, is_escaping: bool) -> None:
    @pass_context
    def wanting(context: object, number: int) -> str:
        return f"<{context['x']} {number}>"  # type: ignore[index]

    values = {
        "x": "<x>",
        "safe": Markup("<u>"),
        "none": None,
        "cached": lru_cache(lambda text="": f"<{text}>"),
        "wanting": wanting,
        "rows": [SimpleNamespace(name="<n>", inner={"name": "<i>"}, none=None), {"name": 1, "inner": Inner(), "none": None}],
    }
    said = [
        environment(source, is_quick=is_quick, is_escaping=is_escaping).get_template("page").render(values)
        for is_quick in (True, False)
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("row(1, 2, 3, 4)", TypeError), ("row(1, d=2)", TypeError), ("row(1, caller=2)", TypeError), ("row()", UndefinedError),
        ("box(1)", UndefinedError), ("box(1, 2)", TypeError), ("box(1, b=2)", TypeError),
        ("row(row.nothing)", UndefinedError), ("nothing.at.all", UndefinedError), ("row.nothing.at_all", UndefinedError),
    ],
)  # fmt: skip
def test_a_macro_refuses_what_it_does_not_take(call: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        environment(MACROS + CALLER + "{{ " + call + " }}").get_template("page").render()
