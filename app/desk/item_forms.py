"""Forms of the item page and of canned answers: what is parsed, and the errors that need no database."""

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.core.i18n import lazy_gettext
from app.core.markup import MAX_BODY
from app.desk.models.canned import CANNED_TITLE_MAX
from app.desk.services.canning import CANNED_MAX
from app.web.converters import MAX_ID
from app.web.forms import BaseForm, block, line

MOST_USED = 20


def chosen(value: object) -> int | None:
    """Return the id that a choice stands for; None for no choice, and for anything that is no id."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= MAX_ID else None


class ItemForm(BaseForm):
    """What is written at the desk, and its helpers: a canned answer to put in, articles to look for.

    `used` remembers the canned answers put in, `seen` the newest answer that the page showed, `then` the question after this one in
    the list, `despite` is the word of somebody who answers although another holds the question.
    """

    body = TextAreaField(
        lazy_gettext("Your text"),
        filters=[block],
        validators=[
            DataRequired(lazy_gettext("Please write something.")),
            Length(
                max=MAX_BODY,
                message=lazy_gettext("At most %(most)s characters are possible; please shorten the text.", most=MAX_BODY),
            ),
        ],
    )
    canned = SelectField(lazy_gettext("Canned answer"), coerce=chosen, validate_choice=False)
    find = StringField(
        lazy_gettext("Find an article"),
        filters=[line],
        validators=[Length(max=200, message=lazy_gettext("Please use fewer words."))],
    )
    used = HiddenField(filters=[line])
    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])
    then = IntegerField(widget=HiddenInput(), validators=[Optional()])
    despite = BooleanField(lazy_gettext("Post it all the same"))

    @property
    def seen_id(self) -> int:
        """The newest answer that the page showed; 0 for none, and for anything that is no id."""
        return self.seen.data if self.seen.data and 0 < self.seen.data <= MAX_ID else 0

    @property
    def then_id(self) -> int:
        """The question that came after this one in the list; 0 for none, and for anything that is no id."""
        return self.then.data if self.then.data and 0 < self.then.data <= MAX_ID else 0

    @property
    def used_ids(self) -> list[int]:
        """The canned answers that were put in, each once."""
        ids = (chosen(part) for part in str(self.used.data or "").split())
        return list(dict.fromkeys(found for found in ids if found is not None))[:MOST_USED]

    def remember_used(self, canned_id: int) -> None:
        """Add a canned answer to those that were put in."""
        self.used.data = " ".join(str(one) for one in dict.fromkeys([*self.used_ids, canned_id]))


class CannedForm(BaseForm):
    """A canned answer, new or changed."""

    title = StringField(
        lazy_gettext("Name"),
        filters=[line],
        validators=[
            DataRequired(lazy_gettext("Please give it a name, so that you find it again.")),
            Length(
                max=CANNED_TITLE_MAX,
                message=lazy_gettext("A name has at most %(most)s characters.", most=CANNED_TITLE_MAX),
            ),
        ],
    )
    body = TextAreaField(
        lazy_gettext("Text"),
        filters=[block],
        validators=[
            DataRequired(lazy_gettext("Please write the text.")),
            Length(
                max=CANNED_MAX,
                message=lazy_gettext("At most %(most)s characters are possible; please shorten the text.", most=CANNED_MAX),
            ),
        ],
    )
    category_id = SelectField(lazy_gettext("Offered for questions in"), coerce=chosen)
    is_shared = BooleanField(lazy_gettext("Everybody at the desk may use it"), default=True)
