"""Forms of the knowledge base: what is parsed, and errors that need no database. Choices of sections are set by the routes."""

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.core.actor import Actor, Audience
from app.core.i18n import lazy_gettext
from app.forum.models.thread import TITLE_MAX
from app.kb.models import APPLIES_MAX, NOTE_MAX, SUMMARY_MAX, ArticleKind
from app.kb.services.fixing import FIX_NOTE_MAX
from app.kb.services.sections import SECTION_TITLE_MAX
from app.kb.services.writing import ARTICLE_MAX, ASKED_AS_MAX
from app.web.forms import BaseForm, block, line

AUDIENCES = (
    (Audience.PUBLIC, lazy_gettext("Everybody")),
    (Audience.MEMBERS, lazy_gettext("Members: people who are signed in")),
    (Audience.STAFF, lazy_gettext("Staff only")),
)


# By their own names, whatever language is spoken.
LANGUAGES = (
    ("", lazy_gettext("The site’s own")), ("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"),
    ("it", "Italiano"), ("pt", "Português"), ("nl", "Nederlands"), ("pl", "Polski"), ("tr", "Türkçe"), ("uk", "Українська"),
    ("ja", "日本語"), ("ko", "한국어"), ("zh-CN", "简体中文"), ("zh-TW", "繁體中文"),
)  # fmt: skip


def at_most(limit: int) -> Length:
    """Return the rule that a text has at most `limit` characters."""
    return Length(max=limit, message=lazy_gettext("Please shorten this to %(limit)s characters.", limit=limit))


def audience_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return the audiences that the actor may choose: those they belong to."""
    return [(str(audience), label) for audience, label in AUDIENCES if actor.can_read(audience)]


def _section_id(value: str | int | None) -> int | None:
    """Return the id of a section; None for the choice that says to choose one."""
    return int(value) if value else None


class PlacementForm(BaseForm):
    """What drafts and new articles have in common: title, section, readers."""

    title = StringField(
        lazy_gettext("Title"),
        filters=[line],
        validators=[InputRequired(lazy_gettext("Please give the article a title.")), at_most(TITLE_MAX)],
    )
    section_id = SelectField(
        lazy_gettext("Section"), coerce=_section_id, validators=[InputRequired(lazy_gettext("Please choose a section."))]
    )
    audience = SelectField(
        lazy_gettext("Who can read it"), validators=[InputRequired(lazy_gettext("Please choose who can read it."))]
    )


class KindForm(PlacementForm):
    """What kind of article it is."""

    kind = SelectField(lazy_gettext("Kind of article"), default=ArticleKind.SOLUTION.value)


class ArticleTextForm(KindForm):
    """What every revision has beside its words."""

    slug = StringField(lazy_gettext("Address"), filters=[line], validators=[at_most(80)])
    summary = TextAreaField(lazy_gettext("Summary"), filters=[line], validators=[at_most(SUMMARY_MAX)])
    applies_to = StringField(lazy_gettext("Applies to"), filters=[line], validators=[at_most(APPLIES_MAX)])
    asked_as = TextAreaField(lazy_gettext("Also asked as"), filters=[block], validators=[at_most(ASKED_AS_MAX)])
    note = StringField(lazy_gettext("What did you change?"), filters=[line], validators=[at_most(NOTE_MAX)])


class ArticleForm(ArticleTextForm):
    """A new article. Without a text it begins with the empty blocks of its kind."""

    body = TextAreaField(lazy_gettext("Text"), filters=[block], validators=[at_most(ARTICLE_MAX)])


class EditForm(ArticleTextForm):
    """A new revision; its blocks are fields of their own. `base_revision` is the revision that the person started from.

    What stands in `was_` fields is where the article stood then, so that only what was changed here takes effect.
    """

    base_revision = IntegerField(widget=HiddenInput(), validators=[Optional()])
    was_section_id = StringField(widget=HiddenInput(), filters=[line])
    was_audience = StringField(widget=HiddenInput(), filters=[line])
    was_slug = StringField(widget=HiddenInput(), filters=[line])
    was_kind = StringField(widget=HiddenInput(), filters=[line])


class PromoteForm(KindForm):
    """What a curator says about a new draft beside the passages, which have fields of their own."""

    environment = TextAreaField(lazy_gettext("Environment"), filters=[block], validators=[at_most(2000)])


class FixForm(BaseForm):
    """A thread that shows what an article should say better. `like` is one of the articles shown; what is typed goes before it."""

    article = StringField(lazy_gettext("Article"), filters=[line])
    like = StringField(filters=[line])
    note = TextAreaField(
        lazy_gettext("What should it say better?"),
        filters=[line],
        validators=[InputRequired(lazy_gettext("Please say what to fix.")), at_most(FIX_NOTE_MAX)],
    )


class SectionForm(BaseForm):
    """A section. `parent_id` 0 is the top of the tree."""

    title = StringField(
        lazy_gettext("Title"),
        filters=[line],
        validators=[InputRequired(lazy_gettext("Please give the section a title.")), at_most(SECTION_TITLE_MAX)],
    )
    description = TextAreaField(lazy_gettext("Description"), filters=[line], validators=[at_most(500)])
    parent_id = SelectField(lazy_gettext("Within"), coerce=int)
    language = SelectField(lazy_gettext("Language of its articles"), default="")
