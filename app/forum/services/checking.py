"""Rules for what people type: titles and bodies (reasons: app/core/reasons). Pure; raises Invalid with the name of the field."""

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.markup import MAX_BODY, Rendered
from app.core.text import clean_line, width_of
from app.forum.models.thread import TITLE_MAX

TITLE_MIN = 10
COMMENT_MAX = 2_000


def checked_title(title: str) -> str:
    """Return the title on one clean line. Raises Invalid("title") unless it has 10 to 300 characters and a letter or digit.

    Of characters that are words of their own (`width_of`) five are enough.
    """
    cleaned = clean_line(title)
    if not cleaned:
        raise Invalid(_("Please give it a title: one line that says what is wrong."), field="title")
    if width_of(cleaned) < TITLE_MIN:
        raise Invalid(
            _("Please use at least %(title_min)s characters, so that people see what it is about.", title_min=TITLE_MIN),
            field="title",
        )
    if len(cleaned) > TITLE_MAX:
        raise Invalid(
            _(
                "A title has at most %(title_max)s characters; this one has %(cleaned)s.",
                title_max=TITLE_MAX,
                cleaned=len(cleaned),
            ),
            field="title",
        )
    if not any(character.isalnum() for character in cleaned):
        raise Invalid(_("Please use words in the title."), field="title")
    return cleaned


def check_body(body: Rendered, *, most: int = MAX_BODY) -> None:
    """Raise Invalid("body") unless the text shows something and has at most `most` characters."""
    if not body.source.strip():
        raise Invalid(_("Please write something."), field="body")
    if len(body.source) > most:
        raise Invalid(
            _(
                "At most %(most)s characters are possible here; this has %(source)s.",
                most=separated(most),
                source=separated(len(body.source)),
            ),
            field="body",
        )
    if not body.text and "<img" not in body.html:
        raise Invalid(_("This text would show nothing. Please write a few words."), field="body")
