"""From rows to what templates print: article pages, credits, diffs, passages. Pure; knows no request and no database."""

from collections.abc import Sequence
from typing import cast

from markupsafe import Markup

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, separated, speaking
from app.core.markup import with_first_image_at_once
from app.core.records import Struct
from app.core.text import shorten
from app.core.textdiff import TextDiff, diff_lines
from app.forum.models.post import PostKind
from app.forum.models.thread import ThreadKind
from app.kb import policies
from app.kb.credits import show_credits
from app.kb.models import ASKERS_PARTS, Article, ArticleRevision, FeedbackReason, SourceChange
from app.kb.queries.article_page import DESCRIPTION, ArticleHead, Contents, contents_of
from app.kb.queries.sources import Credit
from app.kb.services.shapes import ROLE_NAMES
from app.kb.urls import article_path
from app.web.contract import ArticleFacts

TOC_FROM = 3
REMOVED = lazy_gettext("somebody who left")
ROLES = tuple(ROLE_NAMES.items())
REASONS = (
    (FeedbackReason.OUTDATED, lazy_gettext("It is out of date")),
    (FeedbackReason.OTHER_VERSION, lazy_gettext("I have a different version")),
    (FeedbackReason.UNCLEAR, lazy_gettext("I did not understand it")),
    (FeedbackReason.INCOMPLETE, lazy_gettext("Something is missing")),
    (FeedbackReason.WRONG, lazy_gettext("I followed it, and it did not work")),
)
CHANGES = {
    SourceChange.EDITED: lazy_gettext("edited since"),
    SourceChange.HIDDEN: lazy_gettext("hidden, or not for all readers any more"),
    SourceChange.WITHDRAWN: lazy_gettext("no longer accepted"),
    SourceChange.REFUTED: lazy_gettext("disputed: it does not work for everybody any more"),
}


# What the address says that a reader said just now, and the state of the question then.
SAID = {"yes": "yes", "no": "no", "reason": "told", "undone": "undone"}
VOICES_FROM = 5


class Feedback(Struct, frozen=True):
    """The question under an article: "ask", or what a reader said just now; `voices` tells what others said."""

    url: str
    state: str = "ask"
    voices: str = ""
    anchor: str = "feedback"
    why: str = ""

    @property
    def is_fresh(self) -> bool:
        return self.state != "ask"


def present_feedback(article: Article | ArticleHead, said: str = "") -> Feedback:
    """Return the question under an article; `said` is a key of SAID, or anything else for a reader who comes to it."""
    total = article.helpful_yes + article.helpful_no
    yes, every = separated(article.helpful_yes), separated(total)
    voices = _("%(count)s of %(total)s found it helpful", count=yes, total=every) if total >= VOICES_FROM else ""
    return Feedback(f"/kb/articles/{article.id}/feedback", SAID.get(said, "ask"), voices)


class ArticleView(Struct, frozen=True):
    """An article page. `html` is that of the revision shown: the published one, or for drafts the newest."""

    article: ArticleHead
    path: str
    html: Markup
    toc: Contents
    description: str
    has_newer_text: bool
    can_edit: bool
    can_judge: bool

    @property
    def facts(self) -> ArticleFacts:
        """What the page contract depends on."""
        return ArticleFacts(self.article.audience, self.article.state, self.article.published_revision is not None)


class Contributor(Struct, frozen=True):
    """Somebody whose posts an article was built from, with the paths of these posts."""

    name: str
    path: str
    posts: tuple[str, ...]


def present_article(
    actor: Actor, article: ArticleHead, newest: ArticleRevision | None, credits: Sequence[Credit] = ()
) -> ArticleView:
    """Return the page of an article; `newest` is given for articles that were never published. `credits`: the posts it may name."""
    judged = cast(Article, article)
    html, entries, text = (
        (newest.body_html, contents_of(newest.toc), newest.body_text)
        if newest is not None
        else (article.body_html, article.toc, article.opening)
    )
    return ArticleView(
        article=article, path=article.path, html=with_first_image_at_once(with_credits(html, credits)),
        toc=entries if len(entries) >= TOC_FROM else (), description=article.summary or shorten(text, DESCRIPTION),
        has_newer_text=article.published_revision is not None and article.revision > article.published_revision,
        can_edit=policies.can_edit_article(actor, judged), can_judge=policies.can_give_feedback(judged),
    )  # fmt: skip


def with_credits(html: str, credits: Sequence[Credit] = ()) -> Markup:
    """Return the stored HTML of an article with lines below its passages that name the authors of posts readers may look up."""
    names = {credit.post_id: credit.author_display_name or REMOVED for credit in credits}
    with speaking(None):  # the text around is in the language of the site
        return Markup(show_credits(html, names))  # noqa: S704 - sanitised when it was stored; names are escaped


def path_of(article: Article) -> str:
    """Return the path of an article whose section is loaded."""
    return article_path(article.section.slug, article.slug)


def contributors(credits: Sequence[Credit]) -> list[Contributor]:
    """Return the people behind the sources that are not just the problem, each once; askers only when there is nobody else."""
    posts: dict[tuple[str, str], list[str]] = {}
    for credit in _helping(credits):
        posts.setdefault((credit.author_display_name or REMOVED, credit.author_path), []).append(credit.path)
    return [Contributor(name, path, tuple(dict.fromkeys(links))) for (name, path), links in posts.items()]


def _helping(credits: Sequence[Credit]) -> Sequence[Credit]:
    return [credit for credit in credits if credit.role not in ASKERS_PARTS] or credits


def name_posts(credits: Sequence[Credit]) -> str:
    """Return what the posts of the contributors are: "answers", "questions" where nobody answers, or else "posts"."""
    helping = _helping(credits)
    if all(credit.post_kind == PostKind.ANSWER for credit in helping):
        return "answers"
    asked = all(credit.role in ASKERS_PARTS and credit.thread_kind == ThreadKind.QUESTION for credit in helping)
    return "questions" if asked and all(credit.post_kind == PostKind.OPENING for credit in helping) else "posts"


def source_threads(credits: Sequence[Credit]) -> list[tuple[str, str]]:
    """Return (title, path) of the threads behind an article, each once."""
    return list({credit.thread_id: (credit.thread_title, credit.thread_path) for credit in credits}.values())


def compare_revisions(old: ArticleRevision, new: ArticleRevision) -> TextDiff:
    """Return what changed between two revisions: in the text, and in title, summary and all else that a revision holds."""
    return diff_lines(_whole_text(old), _whole_text(new))


def _whole_text(revision: ArticleRevision) -> str:
    lines = [
        _("Title: %(text)s", text=revision.title),
        _("Summary: %(text)s", text=revision.summary),
        _("Applies to: %(text)s", text=revision.applies_to),
        *(_("Asked as: %(text)s", text=line) for line in revision.asked_as.splitlines()),
    ]
    return "".join(f"{line}\n" for line in lines) + "\n" + revision.body_source
