"""What is held against a text, and why, in words. One function a check; `screen` asks them all. Reads only.

It never decides alone: what is held waits for a moderator. Only the moderators' own rules and the settings refuse a text.
"""

from app.core.i18n import lazy_gettext
from app.core.listing import listed
from app.core.markup import Rendered
from app.core.trust import Ability
from app.forum.screening import Measure, Reason, Submission, Verdict
from app.moderation.models import RuleMeasure
from app.moderation.screening import learning
from app.moderation.screening.repeats import KEPT_FOR, count_repeats
from app.moderation.screening.rules import Rule, RuleSet
from app.moderation.screening.standing import Standing, has_waiting, known_about
from app.moderation.screening.terms import ScreeningTerms, screening_terms
from app.moderation.screening.traits import Traits, traits_of, with_title

_NAMED = 5
_STILL_WAITS = lazy_gettext("A text of yours still waits for a moderator. Please keep this one until that is decided.")


def screen(submission: Submission) -> Verdict:
    """Return everything that is held against a text, and the tags that watched words want."""
    terms = screening_terms()
    traits, before = _look(submission, terms)
    is_first = submission.holds_first and not submission.actor.has(Ability.POST_AT_ONCE)
    known = known_about(submission.actor, with_texts=is_first)
    words = _new_words(known.rules, traits, before)
    reasons = [*check_words(words), *check_hosts(known.rules, traits.named - before.named)]
    if not submission.actor.has(Ability.WRITE_FREELY):
        reasons += check_habits(submission, traits, before, known.standing, known.rules, terms)
        reasons += learning.check_text(traits, terms, known.model_id)
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
            note = rule.note or lazy_gettext("We do not publish this here; please say it differently.")
            told = lazy_gettext("Your text says “%(word)s”. %(note)s", word=rule.text, note=note)
            found.append(Reason("word", told, Measure.BLOCK, rule.id))
        else:
            measure = Measure.HOLD if rule.measure == RuleMeasure.HOLD else Measure.NOTE
            found.append(Reason("word", lazy_gettext("Says “%(word)s”, a watched word", word=rule.text), measure, rule.id))
    return found


def check_hosts(rules: RuleSet, named: frozenset[str]) -> list[Reason]:
    """Hosts that moderators refuse or want to see first, linked or only written down."""
    found = {}
    for host in sorted(named):
        rule = rules.host_rule(host)
        if rule is None or rule.id in found or rule.measure not in (RuleMeasure.BLOCK, RuleMeasure.HOLD):
            continue
        if rule.measure == RuleMeasure.BLOCK:
            note = rule.note or lazy_gettext("We do not publish links to it.")
            told = lazy_gettext("Your text names %(host)s. %(note)s", host=rule.text, note=note)
            found[rule.id] = Reason("host", told, Measure.BLOCK, rule.id)
        else:
            told = lazy_gettext("Leads to %(host)s, a watched host", host=rule.text)
            found[rule.id] = Reason("host", told, Measure.HOLD, rule.id)
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
        reasons.append(Reason("pace", lazy_gettext("Text no. %(number)s within ten minutes", number=standing.recent + 1)))
    return reasons + check_repeats(submission, traits, terms)


def check_first(standing: Standing, terms: ScreeningTerms) -> list[Reason]:
    """First texts wait; and so does every text of those who lost the level that lets them post at once."""
    if standing.texts < terms.new_texts:
        return [Reason("first", lazy_gettext("One of the first texts of somebody new"))]
    not_trusted = Reason("first", lazy_gettext("By somebody who is not trusted to post at once"))
    return [] if standing.is_young(terms) else [not_trusted]


def check_links(traits: Traits, before: Traits, rules: RuleSet, terms: ScreeningTerms) -> list[Reason]:
    """Links to more other sites than new people usually need; allowed hosts do not count."""
    counted = [host for host in dict.fromkeys(traits.links) if not rules.is_allowed(host)]
    new = [host for host in counted if host not in before.hosts]
    if not new or len(counted) <= terms.links:
        return []
    named = listed(new[:_NAMED]) + (" …" if len(new) > _NAMED else "")
    if len(counted) == 1:
        return [Reason("links", lazy_gettext("Links to 1 other site by somebody new: %(sites)s", sites=named))]
    return [
        Reason(
            "links", lazy_gettext("Links to %(count)s other sites by somebody new: %(sites)s", count=len(counted), sites=named)
        )
    ]


def check_images(traits: Traits, before: Traits, terms: ScreeningTerms) -> list[Reason]:
    """Images by new people wait, or are refused, as the settings say."""
    if terms.images == "allow" or traits.images <= before.images:
        return []
    if terms.images == "block":
        words = lazy_gettext("New people cannot show images yet. Please describe in words what one would see.")
        return [Reason("images", words, Measure.BLOCK)]
    if traits.images == 1:
        return [Reason("images", lazy_gettext("1 image by somebody new"))]
    return [Reason("images", lazy_gettext("%(count)s images by somebody new", count=traits.images))]


def check_repeats(submission: Submission, traits: Traits, terms: ScreeningTerms) -> list[Reason]:
    """Much the same text, again and again, by one person or by many."""
    if not terms.repeats:
        return []
    alike, by_others = count_repeats(traits, person_id=submission.actor.id)
    if alike < terms.repeats:
        return []
    return [Reason("repeat", _alike(alike, by_others, KEPT_FOR.days))]


def _alike(count: int, others: int, days: int) -> str:
    if count == 1 and others:
        return lazy_gettext("Says much the same as 1 text of the last %(days)s days, by another person", days=days)
    if count == 1:
        return lazy_gettext("Says much the same as 1 text of the last %(days)s days by the same person", days=days)
    if others:
        return lazy_gettext(
            "Says much the same as %(count)s texts of the last %(days)s days, %(others)s of them by other people",
            count=count,
            days=days,
            others=others,
        )
    return lazy_gettext(
        "Says much the same as %(count)s texts of the last %(days)s days by the same person", count=count, days=days
    )
