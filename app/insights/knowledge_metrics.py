"""The registry of knowledge figures: what articles did for questions, and how articles fare. docs/metrics.md explains each.

They tell outcomes. None counts what anybody did: articles written, edits or reviews are no aims of their own.
"""

from app.core.i18n import lazy_gettext, lazy_pgettext
from app.insights import knowledge_predicates as are
from app.insights.cohorts import Cohort, Subject
from app.insights.measures import Group, Metric, Unit
from app.insights.metrics import METRICS, SOLVED_IN, quantile_word
from app.insights.predicates import Amount, Predicate, Test, everything
from app.insights.queries.waits import Wait
from app.insights.search_metrics import SEARCHING
from app.kb.models import ArticleFeedback

LINKS = lazy_gettext("links in listed official answers")
SOURCES = lazy_gettext("passages that articles were built from")
LEAD = lazy_gettext("%(links)s; %(sources)s; threads that show what to fix", links=LINKS, sources=SOURCES)
CHANGES = lazy_gettext("%(sources)s, and what changed in them", sources=SOURCES)
PUBLICATION = lazy_gettext("date of the question; date of the first publication")
WORDS = lazy_gettext("readers' words under articles: the last one of each reader")
VIEWS = lazy_gettext("views by people in the last 30 days")
IS_HELPFUL, IS_UNHELPFUL = ArticleFeedback.is_helpful.is_(True), ArticleFeedback.is_helpful.is_(False)


def _count(
    key: str, title: str, sentence: str, test: Test, group: Group, source: str, cohort: Cohort,
    amount: Amount | None = None, amount_name: str = lazy_gettext("Counts for"),
) -> Metric:  # fmt: skip
    predicate = Predicate(key, sentence, test, cohort, amount, amount_name)
    if cohort.subject is Subject.ARTICLE:
        formula = lazy_gettext("number of articles %(sentence)s", sentence=sentence)
    else:
        formula = lazy_gettext("number of questions %(sentence)s", sentence=sentence)
    return Metric(key, title, predicate, formula, source, group)


def _sum(key: str, title: str, counted: Metric, unit: Unit, formula: str) -> Metric:
    """Return the figure of what the rows of another one count for."""
    return Metric(key, title, counted.predicate, formula, counted.source, counted.group, unit, is_weighted=True)


def _share(key: str, title: str, part: Metric, whole: Metric, *, is_weighted: bool = False) -> Metric:
    formula = lazy_gettext("%(part)s / %(whole)s, with the 95 %% Wilson interval", part=part.key, whole=whole.key)
    return Metric(
        key,
        title,
        part.predicate,
        formula,
        part.source,
        part.group,
        Unit.SHARE,
        denominator=whole.predicate,
        is_weighted=is_weighted,
    )


def _link(key: str, title: str, sentence: str, test: Test, source: str) -> Metric:
    return _count(key, title, sentence, test, Group.LINKS, source, Cohort.SOLVED)


LINKED = _link(
    "linked",
    lazy_gettext("Linked to an article"),
    lazy_gettext("solved in the period that used, flagged, fixed or added an article"),
    are.linked_article,
    LEAD,
)
USED = _link(
    "link_used",
    lazy_gettext("Used an article"),
    lazy_gettext("solved in the period with an official answer that leads to an article"),
    are.used_article,
    LINKS,
)
FLAGGED = _link(
    "link_flagged", lazy_gettext("Flagged an article"), lazy_gettext("solved in the period, for which an article waits to be looked at"),
    are.flagged_article, lazy_gettext("threads that show what to fix; %(changes)s", changes=CHANGES),
)  # fmt: skip
FIXED = _link(
    "link_fixed", lazy_gettext("Fixed an article"), lazy_gettext("solved in the period, for which an article older than the question was improved"),
    are.fixed_article, lazy_gettext("threads that show what to fix; %(sources)s; %(publication)s", sources=SOURCES, publication=PUBLICATION),
)  # fmt: skip
ADDED = _link(
    "link_added", lazy_gettext("Added an article"),
    lazy_gettext("solved in the period from which an article was built that is newer than the question"),
    are.added_article, lazy_gettext("%(first)s; %(second)s", first=SOURCES, second=PUBLICATION),
)  # fmt: skip
UNLINKED = _link(
    "unlinked", lazy_gettext("Not linked"), lazy_gettext("solved in the period without any article"), are.not_linked, LEAD
)
LINKING = (USED, FLAGGED, FIXED, ADDED)


def _arrived(key: str, title: str, sentence: str, test: Test, source: str) -> Metric:
    return _count(key, title, sentence, test, Group.KNOWN, source, Cohort.ARRIVED)


ARRIVED = _arrived(
    "arrivals",
    lazy_gettext("Questions asked, duplicates included"),
    lazy_gettext("asked in the period, duplicates included"),
    everything,
    lazy_gettext("date of the question"),
)
REPEATED = _arrived(
    "known_repeat", lazy_gettext("Asked before"), lazy_gettext("asked in the period after another one of the same issue"), are.is_repeat,
    lazy_gettext("duplicates; dates of the questions"),
)  # fmt: skip
HAD_ARTICLE = _arrived(
    "known_article", lazy_gettext("An article was there"),
    lazy_gettext("asked in the period that an official answer leads to an older article"), are.had_article,
    lazy_gettext("%(first)s; %(second)s", first=LINKS, second=PUBLICATION),
)  # fmt: skip
KNOWN = _arrived(
    "known", lazy_gettext("Known"), lazy_gettext("asked in the period that were asked before, or that an older article answered"), are.is_known,
    lazy_gettext("%(source)s; duplicates", source=HAD_ARTICLE.source),
)  # fmt: skip
NEW = _arrived(
    "new_questions",
    lazy_pgettext("questions", "New"),
    lazy_gettext("asked in the period that were not known"),
    are.is_new,
    KNOWN.source,
)

REFERRED = _count(
    "questions_referred", lazy_gettext("Questions sent to an article"),
    lazy_gettext("with an official answer, given in the period, that leads to an article"),
    everything, Group.REUSE, lazy_gettext("%(links)s; date of the answer", links=LINKS), Cohort.REFERRED, are.uses_of_question, lazy_gettext("Uses"),
)  # fmt: skip
ARTICLES_USED = _count(
    "articles_used", lazy_gettext("Articles used"), lazy_gettext("that an official answer, given in the period, leads to"), everything,
    Group.REUSE, REFERRED.source,
    Cohort.USED, are.uses_of_article, lazy_gettext("Uses"),
)  # fmt: skip
USES = _sum(
    "article_uses",
    lazy_gettext("Uses of articles"),
    REFERRED,
    Unit.USES,
    lazy_gettext("sum over questions_referred of the articles that their official answers of the period lead to"),
)

WORTH = _count(
    "worth_article", lazy_gettext("Worth an article"), lazy_gettext("asked in the period that were proposed for an article or are made into one"),
    are.is_worth_an_article, Group.WRITING, lazy_gettext("candidates; %(source)s", source=SOURCES), Cohort.ASKED,
)  # fmt: skip
BECAME = _count(
    "became_article", lazy_gettext("Became an article"),
    lazy_gettext("asked in the period from which an article was built that is newer than the question"),
    are.added_article, Group.WRITING, lazy_gettext("%(first)s; %(second)s", first=SOURCES, second=PUBLICATION), Cohort.ASKED,
)  # fmt: skip


def _time(key: str, title: str, listed: Metric, quantile: float, *, censored: bool) -> Metric:
    word = quantile_word(quantile)
    if censored:
        formula = lazy_gettext(
            "Kaplan-Meier %(quantile)s from question to first publication: those without an article are censored now, "
            "those decided otherwise when they were",
            quantile=word,
        )
    else:
        formula = lazy_gettext(
            "%(quantile)s of %(figure)s from question to first publication; those that still wait are left out",
            quantile=word,
            figure=listed.key,
        )
    source = lazy_gettext("%(source)s; candidates", source=PUBLICATION) if censored else PUBLICATION
    return Metric(
        key, title, listed.predicate, formula, source, Group.WRITING, Unit.HOURS, wait=Wait.ARTICLE, quantile=quantile,
        is_censored=censored,
    )  # fmt: skip


TIMES = (
    _time("article_time", lazy_gettext("Time to an article: median"), WORTH, 0.5, censored=True),
    _time("article_time_p90", lazy_gettext("Time to an article: 9 of 10"), WORTH, 0.9, censored=True),
    _time("article_time_known", lazy_gettext("Time to an article: median of those that have one"), BECAME, 0.5, censored=False),
    _time(
        "article_time_known_p90", lazy_gettext("Time to an article: 9 of 10 of those that have one"), BECAME, 0.9, censored=False
    ),
)


def _judged(key: str, title: str, sentence: str, test: Test, amount: Amount) -> Metric:
    return _count(key, title, sentence, test, Group.HELPFUL, WORDS, Cohort.JUDGED, amount, lazy_gettext("Readers"))


JUDGED = _judged(
    "articles_judged",
    lazy_gettext("Articles judged"),
    lazy_gettext("that readers judged in the period"),
    everything,
    are.words_about(),
)
HELPED = _judged(
    "articles_helpful", lazy_gettext("Articles that helped"), lazy_gettext("that helped at least one reader in the period"),
    are.has_words(IS_HELPFUL),
    are.words_about(IS_HELPFUL),
)  # fmt: skip
FAILED = _judged(
    "articles_unhelpful", lazy_gettext("Articles that failed"), lazy_gettext("that did not help at least one reader in the period"),
    are.has_words(IS_UNHELPFUL),
    are.words_about(IS_UNHELPFUL),
)  # fmt: skip
WORD_COUNT = _sum(
    "article_words",
    lazy_gettext("Readers' words about articles"),
    JUDGED,
    Unit.WORDS,
    lazy_gettext("number of readers' words of the period about articles"),
)


def _standing(key: str, title: str, sentence: str, test: Test, source: str) -> Metric:
    """Return a figure of the articles as they stand; its list begins with the most read ones."""
    return _count(
        key, title, sentence, test, Group.CARE, source, Cohort.PUBLISHED, are.views_of_article, lazy_gettext("Views in 30 days")
    )


ARTICLES = _standing(
    "articles", lazy_gettext("Articles"), lazy_gettext("published now"), everything, lazy_gettext("state of the article")
)
CARE = (
    _standing(
        "articles_stale", lazy_gettext("Stale"), lazy_gettext("due for another look, or that nobody confirmed for a year"), are.is_stale,
        lazy_gettext("date for another look; where there is none, date of the last confirmation, else of the first publication"),
    ),
    _standing(
        "articles_needs_work", lazy_gettext("Fails its readers"), lazy_gettext("of which readers say surely enough that they do not help"),
        are.needs_work,
        lazy_gettext("mark of the articles that readers' words reopened"),
    ),
    _standing(
        "articles_changed", lazy_gettext("Source changed"), lazy_gettext("of which a source changed and nobody looked since"), are.is_changed, CHANGES
    ),
    _standing("articles_unowned", lazy_gettext("Without an owner"), lazy_gettext("that nobody looks after"), are.is_unowned,
    lazy_gettext("owner of the article")),
    _standing(
        "articles_unused", lazy_gettext("Never used"), lazy_gettext("published 90 days ago or earlier that no official answer leads to"),
        are.is_unused,
        lazy_gettext("%(links)s; date of the first publication", links=LINKS),
    ),
)  # fmt: skip


def _popular(key: str, title: str, sentence: str, test: Test, source: str) -> Metric:
    return _count(
        key, title, sentence, test, Group.GAPS, source, Cohort.POPULAR, are.views_of_question, lazy_gettext("Views in 30 days")
    )


POPULAR = _popular(
    "popular",
    lazy_gettext("Popular solved questions"),
    lazy_gettext("that are solved and were read 30 times or more in the last 30 days"),
    everything,
    VIEWS,
)
GAPS = _popular(
    "gaps", lazy_gettext("Popular and without an article"),
    lazy_gettext("that are popular, solved, in no way linked to an article and without a card"),
    are.is_gap, lazy_gettext("%(views)s; %(lead)s; pinned answers", views=VIEWS, lead=LEAD),
)  # fmt: skip
GAP_VIEWS = _sum(
    "gap_views",
    lazy_gettext("Views of gaps"),
    GAPS,
    Unit.VIEWS,
    lazy_gettext("views of the gaps, and of their duplicates, in the last 30 days"),
)

SHARES = (
    _share("link_rate", lazy_gettext("Link rate"), LINKED, SOLVED_IN),
    *(
        _share(f"{metric.key}_share", lazy_gettext("%(title)s: share", title=metric.title), metric, SOLVED_IN)
        for metric in LINKING
    ),
    _share("known_share", lazy_gettext("%(title)s: share", title=KNOWN.title), KNOWN, ARRIVED),
    _share("known_repeat_share", lazy_gettext("%(title)s: share", title=REPEATED.title), REPEATED, ARRIVED),
    _share("known_article_share", lazy_gettext("%(title)s: share", title=HAD_ARTICLE.title), HAD_ARTICLE, ARRIVED),
    _share("new_share", lazy_gettext("%(title)s: share", title=NEW.title), NEW, ARRIVED),
    _share("helpfulness", lazy_gettext("Helpfulness"), HELPED, JUDGED, is_weighted=True),
    _share("gap_share", lazy_gettext("%(title)s: share", title=lazy_gettext("Gaps")), GAPS, POPULAR),
    *(_share(f"{metric.key}_share", lazy_gettext("%(title)s: share", title=metric.title), metric, ARTICLES) for metric in CARE),
)
_ALL = (
    LINKED, *LINKING, UNLINKED, ARRIVED, KNOWN, REPEATED, HAD_ARTICLE, NEW, REFERRED, ARTICLES_USED, USES, WORTH, BECAME, *TIMES, JUDGED,
    HELPED, FAILED, WORD_COUNT, ARTICLES, *CARE, POPULAR, GAPS, GAP_VIEWS, *SHARES,
)  # fmt: skip

# Every knowledge figure, and every figure of all registries, by its word in addresses.
KNOWLEDGE: dict[str, Metric] = {metric.key: metric for metric in _ALL}
ALL_METRICS: dict[str, Metric] = METRICS | KNOWLEDGE | SEARCHING


def knowledge_of(cohort: Cohort) -> tuple[Metric, ...]:
    """Return the knowledge figures of a cohort that are no times."""
    chosen = [metric for metric in KNOWLEDGE.values() if metric.predicate.cohort is cohort and metric.unit is not Unit.HOURS]
    return tuple(chosen)
