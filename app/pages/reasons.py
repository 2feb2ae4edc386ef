"""The reasons and kinds of the page contract in words: for the audit, its command and its page. Pure."""

from app.core.i18n import lazy_gettext as _
from app.web.contract import Why

REASONS: dict[Why, str] = {
    Why.PROVEN: _("Somebody vouches for an answer"),
    Why.ANSWERED: _("Has answers that nobody has voted for yet"),
    Why.DISCUSSED: _("People talk about it"),
    Why.FRESH: _("Fresh, long enough, by somebody who is trusted"),
    Why.PUBLISHED: _("A published article"),
    Why.FULL_LIST: _("A list with enough in it"),
    Why.PRAISED: _("Somebody whose posts helped"),
    Why.FIXED: _("A page of the site"),
    Why.NEAR_COPY: _("Says nearly the same as another question, which stands for it"),
    Why.DUPLICATE: _("A duplicate: its original counts"),
    Why.NEW_AUTHOR: _("By somebody who is still new"),
    Why.UNTRUSTED: _("Nobody has answered, and its author is still new"),
    Why.OLD_UNANSWERED: _("Unanswered for long"),
    Why.THIN: _("Unanswered and short"),
    Why.SHORT_LIST: _("Too little in it"),
    Why.NO_PRAISE: _("Nothing of theirs was accepted or voted for"),
    Why.PEOPLE_OFF: _("INDEX_PEOPLE keeps people out"),
    Why.LATER_PAGE: _("A later page"),
    Why.VARIANT: _("Another order or selection of the same"),
    Why.ARCHIVED: _("An archived article"),
    Why.TOOL: _("A form or a tool"),
    Why.NOT_PUBLIC: _("For members or staff only"),
    Why.HELD: _("Waits for a moderator, or was rejected"),
    Why.REMOVED: _("Removed"),
    Why.DRAFT: _("Not published"),
    Why.MOVED: _("Leads to another address for good"),
}
KIND_LABELS: dict[str, str] = {
    "fixed": _("Pages of the site"),
    "threads": _("Questions and discussions"),
    "articles": _("Articles"),
    "sections": _("Sections"),
    "categories": _("Categories"),
    "tags": _("Tags"),
    "people": _("People"),
}
