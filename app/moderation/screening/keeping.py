"""Keeping the rules of screening: adding, removing and putting back words and hosts. Logged, and undone from the log."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, separated
from app.core.reasons import checked_reason
from app.core.text import clean_line
from app.core.uow import require_unit_of_work
from app.forum.services.tagging import normalise_tags
from app.moderation.models import RuleKind, RuleMeasure, ScreeningRule
from app.moderation.policies import ensure_can_decide
from app.moderation.screening.folding import words_of
from app.moderation.screening.traits import host_of, normal_host
from app.moderation.services.logging import unsaid, write_log

TEXT_MAX = 120
NOTE_MAX = 200
RULES_MAX = 2_000
_LEAST_LETTERS = 3
_MEASURES = {
    RuleMeasure.HOLD: lazy_gettext("What says or links it waits."),
    RuleMeasure.BLOCK: lazy_gettext("What says or links it is refused."),
    RuleMeasure.TAG: lazy_gettext("New threads that say it get the tag “%(tag)s”."),
    RuleMeasure.ALLOW: lazy_gettext("Links to it never count."),
}


def add_rule(actor: Actor, *, kind: str, text: str, measure: str, tag: str = "", note: str = "") -> ScreeningRule:
    """Watch a word or a host from now on.

    Raises Forbidden, Invalid by field (no word, too short, known already, a tag missing), Conflict when there are too many.
    """
    require_unit_of_work()
    ensure_can_decide(actor)
    shown, key = _checked_word(text) if kind == RuleKind.WORD else _checked_host(text)
    _check_measure(kind, measure, tag)
    if len(note) > NOTE_MAX:
        raise Invalid(_("Please use at most %(note_max)s characters.", note_max=NOTE_MAX), field="note")
    if (db.session.scalar(sa.select(sa.func.count()).where(ScreeningRule.removed_at.is_(None))) or 0) >= RULES_MAX:
        raise Conflict(_("There are %(rules_max)s rules already. Please remove some first.", rules_max=separated(RULES_MAX)))
    _ensure_new(kind, key)
    rule = ScreeningRule(
        kind=kind, text=shown, key=key, measure=measure, tag=normalise_tags([tag])[0] if measure == RuleMeasure.TAG else "",
        note=clean_line(note), created_by_id=actor.id, created_at=now(), changed_at=now(),
    )  # fmt: skip
    db.session.add(rule)
    db.session.flush()
    write_log(actor.id, "watch", _what_happens(rule), rule_id=rule.id)
    return rule


def remove_rule(actor: Actor, *, rule_id: int, reason: str = "") -> ScreeningRule:
    """Stop watching. Raises Forbidden, NotFound, Conflict when it is not watched."""
    rule = _locked(actor, rule_id)
    if rule.removed_at is not None:
        raise Conflict(_("This is not watched any more."))
    rule.removed_at = rule.changed_at = now()
    write_log(actor.id, "unwatch", checked_reason(reason), rule_id=rule.id)
    return rule


def restore_rule(actor: Actor, *, rule_id: int, reason: str = "") -> ScreeningRule:
    """Watch again. Raises Forbidden, NotFound, Conflict when it is watched, Invalid when the same is watched by another rule."""
    rule = _locked(actor, rule_id)
    if rule.removed_at is None:
        raise Conflict(_("This is watched already."))
    _ensure_new(rule.kind, rule.key)
    rule.removed_at, rule.changed_at = None, now()
    write_log(actor.id, "watch", checked_reason(reason) or _what_happens(rule), rule_id=rule.id)
    return rule


def _what_happens(rule: ScreeningRule) -> str:
    return unsaid(_MEASURES[RuleMeasure(rule.measure)]) % {"tag": rule.tag}


def _locked(actor: Actor, rule_id: int) -> ScreeningRule:
    require_unit_of_work()
    ensure_can_decide(actor)
    rule = db.session.get(ScreeningRule, rule_id, with_for_update={"key_share": True}, populate_existing=True)
    if rule is None:
        raise NotFound(_("There is no such rule."))
    return rule


def _checked_word(text: str) -> tuple[str, str]:
    """Return a word or phrase as typed and folded; a star stands for any letters."""
    shown = clean_line(text)
    if len(shown) > TEXT_MAX:
        raise Invalid(_("Please use at most %(text_max)s characters.", text_max=TEXT_MAX), field="text")
    key = " ".join("*".join("".join(words_of(part)) for part in word.split("*")) for word in _split(shown))
    letters = sum(char.isalnum() for char in key)
    if letters < (2 if not key.isascii() else _LEAST_LETTERS):
        raise Invalid(
            _("Please give at least %(least_letters)s letters: shorter words stand everywhere.", least_letters=_LEAST_LETTERS),
            field="text",
        )
    return shown, key


def _split(text: str) -> list[str]:
    """Return the words of a phrase; signs between letters separate them, as they do in texts."""
    parts = "".join(char if char.isalnum() or char in "*@$_" else " " for char in text).split()
    return [part for part in parts if part.strip("*_")]


def _checked_host(text: str) -> tuple[str, str]:
    """Return a host, given as such or as an address."""
    typed = clean_line(text)
    host = host_of(typed) if "//" in typed else normal_host(typed.split("/")[0].removeprefix("*."))
    if "." not in host or len(host) > TEXT_MAX or " " in host:
        raise Invalid(_("Please give a host like example.com, or an address on it."), field="text")
    return host, host


def _check_measure(kind: str, measure: str, tag: str) -> None:
    if kind not in list(RuleKind):
        raise Invalid(_("Please choose what to watch."), field="kind")
    allowed = {
        RuleKind.WORD: (RuleMeasure.HOLD, RuleMeasure.BLOCK, RuleMeasure.TAG),
        RuleKind.HOST: (RuleMeasure.HOLD, RuleMeasure.BLOCK, RuleMeasure.ALLOW),
    }[RuleKind(kind)]
    if measure not in allowed:
        raise Invalid(_("Please choose what happens: this one is not possible here."), field="measure")
    if measure == RuleMeasure.TAG and not normalise_tags([tag]):
        raise Invalid(_("Please say which tag."), field="tag")


def _ensure_new(kind: str, key: str) -> None:
    same = sa.select(ScreeningRule.id).where(
        ScreeningRule.kind == kind, ScreeningRule.key == key, ScreeningRule.removed_at.is_(None)
    )
    if db.session.scalar(same.limit(1)) is not None:
        raise Invalid(_("This is in the list already."), field="text")
