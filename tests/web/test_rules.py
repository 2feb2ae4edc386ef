"""Rules that learn to build addresses late build the same ones as those of the library."""

import pytest
from werkzeug.routing import BuildError, Map, Rule

from app.web.rules import LateRule

ADDRESSES: tuple[tuple[str, dict[str, str]], ...] = (
    ("/", {}),
    ("/questions/<int:number>/<slug>", {}),
    ("/questions/<int:number>", {"slug": "old"}),
    ("/c/<path:rest>", {}),
)
WANTED: tuple[dict[str, object], ...] = (
    {},
    {"number": 5, "slug": "a b"},
    {"number": 5},
    {"number": "5"},
    {"rest": "a/b", "page": 2, "tag": ["x y", "z"]},
)


@pytest.mark.parametrize("append_unknown", [True, False])
@pytest.mark.parametrize("wanted", WANTED)
def test_late_rules_build_what_plain_ones_build(wanted: dict[str, object], append_unknown: bool) -> None:
    plain, late = _built(Rule, wanted, append_unknown), _built(LateRule, wanted, append_unknown)
    assert late == plain
    assert any(plain)


def _built(kind: type[Rule], wanted: dict[str, object], append_unknown: bool) -> list[str | None]:
    """What two calls make of each address, the first of which teaches the rule; None where it does not fit."""
    rules = [kind(path, endpoint=str(number), defaults=defaults) for number, (path, defaults) in enumerate(ADDRESSES)]
    adapter, found = Map(rules).bind("example.org"), list[str | None]()
    for rule in [*rules, *rules]:
        try:
            found.append(adapter.build(rule.endpoint, dict(wanted), append_unknown=append_unknown))
        except BuildError:
            found.append(None)
    return found
