"""What is held against a text, and why, in words. One function a check; `screen` asks them all. Reads only.

It never decides alone: what is held waits for a moderator. Only the moderators' own rules and the settings refuse a text.
"""

from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.core.trust import Ability
from app.forum.screening import Measure, Reason, Submission, Verdict
from app.moderation.models import RuleMeasure
from app.moderation.screening import learning
from app.moderation.screening.repeats import KEPT_FOR, count_repeats
from app.moderation.screening.rules import Rule, RuleSet, rules_in_use
from app.moderation.screening.standing import Standing, has_waiting, standing_of
from app.moderation.screening.terms import ScreeningTerms, screening_terms
from app.moderation.screening.traits import Traits, traits_of, with_title

_NAMED = 5
_STILL_WAITS = lazy_gettext("A text of yours still waits for a moderator. Please keep this one until that is decided.")


def screen(submission: Submission) -> Verdict:
    """Return everything that is held against a text, and the tags that watched words want."""
    terms = screening_terms()
    traits, before = _look(submission, terms)
    rules = rules_in_use()
    words = _new_words(rules, traits, before)
    reasons = [*check_words(words), *check_hosts(rules, traits.named - before.named)]
    standing = standing_of(submission.actor)
    if not submission.actor.has(Ability.WRITE_FREELY):
        reasons += check_habits(submission, traits, before, standing, rules, terms)
        reasons += learning.check_text(traits, terms)
    is_held = submission.is_held or any(reason.measure == Measure.HOLD for reason in reasons)
    if is_held and not submission.is_edit and not submission.actor.has(Ability.POST_AT_ONCE) and has_waiting(submission.actor):
        reasons.append(Reason("waiting", _STILL_WAITS, Measure.BLOCK))
    return Verdict(tuple(reasons), tuple(rule.tag for rule in words if rule.measure == RuleMeasure.TAG))


def prepare(body: Rendered) -> None:
    """Take a text apart before its transaction begins (titles are short: they come later)."""
    traits_of(str(body.html), screening_terms().own_host)


def _look(submission: Submission, terms: ScreeningTerms) -> tuple[Traits, Traits]:
    """Return the traits of a text, and of what stood there before."""
    traits = with_title(traits_of(str(submission.body.html), terms.own_host), submission.title)
    return traits, with_title(traits_of(submission.before, terms.own_host), submission.before_title if submission.is_edit else "")


def _new_words(rules: RuleSet, traits: Traits, before: Traits) -> list[Rule]:
    known = {rule.id for rule in rules.words_in(before.readings)}
    return [rule for rule in rules.words_in(traits.readings) if rule.id not in known]


def check_words(words: list[Rule]) -> list[Reason]:
    """Watched words: refused ones are told to the author."""
    found = []
    for rule in words:
        if rule.measure == RuleMeasure.BLOCK:
            words_ = rule.note or "We do not publish this here; please say it differently."
            found.append(Reason("word", f"Your text says “{rule.text}”. {words_}", Measure.BLOCK, rule.id))
        else:
            measure = Measure.HOLD if rule.measure == RuleMeasure.HOLD else Measure.NOTE
            found.append(Reason("word", f"Says “{rule.text}”, a watched word", measure, rule.id))
    return found


def check_hosts(rules: RuleSet, named: frozenset[str]) -> list[Reason]:
    """Hosts that moderators refuse or want to see first, linked or only written down."""
    found = {}
    for host in sorted(named):
        rule = rules.host_rule(host)
        if rule is None or rule.id in found or rule.measure not in (RuleMeasure.BLOCK, RuleMeasure.HOLD):
            continue
        if rule.measure == RuleMeasure.BLOCK:
            words = rule.note or "We do not publish links to it."
            found[rule.id] = Reason("host", f"Your text names {rule.text}. {words}", Measure.BLOCK, rule.id)
        else:
            found[rule.id] = Reason("host", f"Leads to {rule.text}, a watched host", Measure.HOLD, rule.id)
    return list(found.values())


def check_habits(
    submission: Submission, traits: Traits, before: Traits, standing: Standing, rules: RuleSet, terms: ScreeningTerms
) -> list[Reason]:
    """Rules for people whose level does not bring the ability, and how fast and how often the same is said."""
    reasons, actor = [], submission.actor
    if not actor.has(Ability.POST_LINKS):
        reasons += check_links(traits, before, rules, terms)
    if not actor.has(Ability.POST_IMAGES):
        reasons += check_images(traits, before, terms)
    if submission.is_edit:
        return reasons
    if submission.holds_first and not actor.has(Ability.POST_AT_ONCE):
        reasons += check_first(standing, terms)
    if terms.pace and standing.recent >= terms.pace:
        reasons.append(Reason("pace", f"Text no. {standing.recent + 1} within ten minutes"))
    return reasons + check_repeats(submission, traits, terms)


def check_first(standing: Standing, terms: ScreeningTerms) -> list[Reason]:
    """First texts wait; and so does every text of those who lost the level that lets them post at once."""
    if standing.texts < terms.new_texts:
        return [Reason("first", "One of the first texts of somebody new")]
    return [] if standing.is_young(terms) else [Reason("first", "By somebody who is not trusted to post at once")]


def check_links(traits: Traits, before: Traits, rules: RuleSet, terms: ScreeningTerms) -> list[Reason]:
    """Links to more other sites than new people usually need; allowed hosts do not count."""
    counted = [host for host in dict.fromkeys(traits.links) if not rules.is_allowed(host)]
    new = [host for host in counted if host not in before.hosts]
    if not new or len(counted) <= terms.links:
        return []
    named = ", ".join(new[:_NAMED]) + (" …" if len(new) > _NAMED else "")
    return [Reason("links", f"Links to {_count(len(counted), 'other site')} by somebody new: {named}")]


def check_images(traits: Traits, before: Traits, terms: ScreeningTerms) -> list[Reason]:
    """Images by new people wait, or are refused, as the settings say."""
    if terms.images == "allow" or traits.images <= before.images:
        return []
    if terms.images == "block":
        words = "New people cannot show images yet. Please describe in words what one would see."
        return [Reason("images", words, Measure.BLOCK)]
    return [Reason("images", f"{_count(traits.images, 'image')} by somebody new")]


def check_repeats(submission: Submission, traits: Traits, terms: ScreeningTerms) -> list[Reason]:
    """Much the same text, again and again, by one person or by many."""
    if not terms.repeats:
        return []
    alike, by_others = count_repeats(traits, person_id=submission.actor.id)
    if alike < terms.repeats:
        return []
    whose = f", {by_others} of them by other people" if by_others else " by the same person"
    return [Reason("repeat", f"Says much the same as {_count(alike, 'text')} of the last {KEPT_FOR.days} days{whose}")]


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
