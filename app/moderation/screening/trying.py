"""Trying screening on a text that nobody posts. Reads only."""

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import read
from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.forum.screening import Measure, Submission
from app.moderation.screening import learning
from app.moderation.screening.checking import check_habits, check_hosts, check_words
from app.moderation.screening.rules import rules_in_use
from app.moderation.screening.standing import Standing
from app.moderation.screening.terms import screening_terms
from app.moderation.screening.traits import traits_of

_WORDS = {Measure.BLOCK: lazy_gettext("Refused"), Measure.HOLD: lazy_gettext("Waits"), Measure.NOTE: lazy_gettext("Noted")}


def try_text(body: Rendered) -> list[tuple[str, str]]:
    """Return what would be held against a first text of somebody new: pairs of consequence and reason."""
    terms, rules = screening_terms(), rules_in_use()
    traits, before = traits_of(str(body.html), terms.own_host), traits_of("", terms.own_host)
    standing = Standing(joined_at=now(), texts=0, recent=0)
    reasons = [
        *check_words(rules.words_in(traits.readings)),
        *check_hosts(rules, traits.named),
        *check_habits(Submission(ANONYMOUS, "post", body), traits, before, standing, rules, terms),
        *learning.check_text(traits, terms, read(learning.NEWEST).scalar()),
    ]
    return [(_WORDS[reason.measure], reason.words) for reason in reasons]
