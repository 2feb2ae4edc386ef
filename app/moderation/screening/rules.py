"""The moderators' rules as screening uses them: compiled once, and again when the table says that something changed."""

import re
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from app.core.db import db, read
from app.core.records import Struct
from app.moderation.models import RuleKind, RuleMeasure, ScreeningRule
from app.moderation.screening.folding import has_cjk

# What a star stands for. In scripts without spaces a word ends nowhere, so that a star has to end somewhere.
_WILD, _WILD_CJK = r"\w*", r"\w{0,40}"
# What changes whenever a rule does.
STATE = (
    sa.select(sa.func.count()).select_from(ScreeningRule).scalar_subquery(),
    sa.select(sa.func.max(ScreeningRule.changed_at)).scalar_subquery(),
)
_STATE = sa.select(*STATE)


class Rule(Struct, frozen=True):
    """One rule in use."""

    id: int
    kind: str
    text: str
    key: str
    measure: str
    tag: str
    note: str


class RuleSet(Struct, frozen=True):
    """All rules in use. `pattern` finds any watched word; which one it was, the rules themselves tell."""

    words: tuple[tuple[Rule, re.Pattern[str]], ...]
    pattern: re.Pattern[str] | None
    hosts: dict[str, Rule]

    def words_in(self, readings: str) -> list[Rule]:
        """Return the words that a text says in one of its readings."""
        if self.pattern is None or self.pattern.search(readings) is None:
            return []
        return [rule for rule, pattern in self.words if pattern.search(readings)]

    def host_rule(self, host: str) -> Rule | None:
        """Return the rule about a host, or about the nearest domain above it."""
        parts = host.split(".")
        return next((self.hosts[name] for at in range(len(parts)) if (name := ".".join(parts[at:])) in self.hosts), None)

    def is_allowed(self, host: str) -> bool:
        """Whether links to a host are welcome from everybody."""
        rule = self.host_rule(host)
        return rule is not None and rule.measure == RuleMeasure.ALLOW


def word_expression(key: str) -> str:
    """Return a regular expression for a folded word or phrase: whole words, `*` for any letters, no borders without spaces.

    Each part between two stars is looked for once, from where the last one ended, and never elsewhere: if the rest fits after a
    later place, it fits after the first one. So no text makes the search take for ever.
    """
    first, *others = (re.escape(part).replace(r"\ ", " ") for part in key.split("*"))
    if has_cjk(key):
        return first + "".join(rf"(?>{_WILD_CJK}?{part})" for part in others)
    between = "".join(rf"(?>{_WILD}?{part})" for part in others[:-1])
    return rf"(?<!\w){first}{between}{_WILD + others[-1] if others else ''}(?!\w)"


def compile_rules(rules: list[Rule]) -> RuleSet:
    """Return rules ready for use. Pure."""
    words = [(rule, word_expression(rule.key)) for rule in rules if rule.kind == RuleKind.WORD]
    return RuleSet(
        words=tuple((rule, re.compile(expression)) for rule, expression in words),
        pattern=re.compile("|".join(expression for _rule, expression in words)) if words else None,
        hosts={rule.key: rule for rule in rules if rule.kind == RuleKind.HOST},
    )


def rules_in_use() -> RuleSet:
    """Return the rules in use, in one small statement; all of them are read only when one has changed."""
    return rules_of(*read(_STATE).one())


def rules_of(count: int, changed_at: datetime | None) -> RuleSet:
    """Return the rules in use, of which the table says this now."""
    return _load(db.engine.url.render_as_string(), count, changed_at)


@lru_cache(maxsize=1)
def _load(_database: str, _count: int, _changed_at: datetime | None) -> RuleSet:
    columns = (
        ScreeningRule.id, ScreeningRule.kind, ScreeningRule.text, ScreeningRule.key, ScreeningRule.measure, ScreeningRule.tag,
        ScreeningRule.note,
    )  # fmt: skip
    statement = sa.select(*columns).where(ScreeningRule.removed_at.is_(None)).order_by(ScreeningRule.id)
    return compile_rules([Rule(*row) for row in db.session.execute(statement)])
