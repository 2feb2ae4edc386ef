"""Forms of the write side: what is parsed, and the errors that need no database. Choices are set by the routes."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.core.errors import Invalid
from app.core.i18n import lazy_gettext
from app.core.markup import MAX_BODY
from app.forum.services.checking import COMMENT_MAX, checked_title
from app.web.forms import BaseForm, block, line, reason_field


def _is_title(form: BaseForm, field: StringField) -> None:
    """The rule of the services, so that it is said together with what else is wrong in the form."""
    try:
        checked_title(field.data)
    except Invalid as error:
        raise ValidationError(str(error)) from error


_TITLE_RULES = [InputRequired(lazy_gettext("Please give it a title: one line that says what is wrong.")), _is_title]
_BODY_RULES = [
    InputRequired(lazy_gettext("Please write something.")),
    Length(
        max=MAX_BODY,
        message=lazy_gettext("At most %(max_body)s characters are possible; please shorten the text.", max_body=MAX_BODY),
    ),
]
_TAGS_RULES = [Length(max=300, message=lazy_gettext("These are too many letters for five tags."))]


def chosen_id(value: object) -> int | None:
    """Return the id that a choice stands for; None for the line that says to choose, and for anything that is no id."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


class ThreadForm(BaseForm):
    """A new question or discussion. `category` and `version` get their choices from the route."""

    title = StringField(lazy_gettext("Title"), filters=[line], validators=_TITLE_RULES)
    body = TextAreaField(lazy_gettext("Details"), filters=[block], validators=_BODY_RULES)
    category = SelectField(
        lazy_gettext("Category"), coerce=chosen_id, validators=[DataRequired(lazy_gettext("Please choose a category."))]
    )
    tags = StringField(lazy_gettext("Tags"), filters=[line], validators=_TAGS_RULES)
    version = SelectField(lazy_gettext("Version"), coerce=chosen_id, validators=[Optional()])


class AnswerForm(BaseForm):
    """An answer to a question or a reply in a discussion."""

    body = TextAreaField(lazy_gettext("Your answer"), filters=[block], validators=_BODY_RULES)


class CommentForm(BaseForm):
    """A comment, new or changed."""

    body = TextAreaField(
        lazy_gettext("Your comment"),
        filters=[block],
        validators=[
            InputRequired(lazy_gettext("Please write something.")),
            Length(
                max=COMMENT_MAX,
                message=lazy_gettext(
                    "A comment has at most %(comment_max)s characters. For more, write an answer.", comment_max=COMMENT_MAX
                ),
            ),
        ],
    )


class EditCommentForm(CommentForm):
    """A changed comment; who changes somebody else's says why."""

    reason = reason_field(lazy_gettext("Why do you change it?"), kind=StringField)


class EditPostForm(BaseForm):
    """A new revision of an answer or reply. `base_revision` is the revision that the person started from."""

    body = TextAreaField(lazy_gettext("Text"), filters=[block], validators=_BODY_RULES)
    reason = reason_field(lazy_gettext("What did you change?"), kind=StringField)
    base_revision = IntegerField(widget=HiddenInput(), validators=[Optional()])


class EditOpeningForm(EditPostForm):
    """A new revision of the opening text, with its title and tags."""

    title = StringField(lazy_gettext("Title"), filters=[line], validators=_TITLE_RULES)
    tags = StringField(lazy_gettext("Tags"), filters=[line], validators=_TAGS_RULES)


class TitleForm(BaseForm):
    """Title and tags of somebody else's question. `base_revision` is the revision that the person started from."""

    title = StringField(lazy_gettext("Title"), filters=[line], validators=_TITLE_RULES)
    tags = StringField(lazy_gettext("Tags"), filters=[line], validators=_TAGS_RULES)
    reason = reason_field(lazy_gettext("What is better now?"), lazy_gettext("Please say what is better now."), kind=StringField)
    base_revision = IntegerField(widget=HiddenInput(), validators=[Optional()])


class CategoryForm(BaseForm):
    """A category, new or changed. The rules are those of the service; the form only parses."""

    name = StringField(lazy_gettext("Name"), filters=[line], validators=[InputRequired(lazy_gettext("Please give it a name."))])
    description = StringField(lazy_gettext("Description"), filters=[line])
    audience = RadioField(
        lazy_gettext("Who may read it?"),
        default="public",
        choices=[
            SelectChoice("public", lazy_gettext("Everybody, and search engines")),
            SelectChoice("members", lazy_gettext("People who are signed in")),
            SelectChoice("staff", lazy_gettext("Staff only")),
        ],
    )
    needs_approval = BooleanField(lazy_gettext("New threads wait until a moderator has approved them"))
    holds_first_posts = BooleanField(lazy_gettext("The first texts of new people wait until a moderator has approved them"))
    archive_after_days = IntegerField(lazy_gettext("Archive solved questions after so many quiet days"), validators=[Optional()])
    position = IntegerField(
        lazy_gettext("Position in the list"),
        default=0,
        validators=[Optional(), NumberRange(0, 1000, lazy_gettext("Please use a number from 0 to 1000."))],
    )

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {
            "name": self.name.data or "",
            "description": self.description.data or "",
            "audience": self.audience.data or "",
            "needs_approval": bool(self.needs_approval.data),
            "holds_first_posts": bool(self.holds_first_posts.data),
            "archive_after_days": self.archive_after_days.data,
            "position": self.position.data or 0,
        }


class ProductForm(BaseForm):
    """A product, new or renamed."""

    name = StringField(lazy_gettext("Name"), filters=[line], validators=[InputRequired(lazy_gettext("Please give it a name."))])
    position = IntegerField(
        lazy_gettext("Position in the list"),
        default=0,
        validators=[Optional(), NumberRange(0, 1000, lazy_gettext("Please use a number from 0 to 1000."))],
    )

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {"name": self.name.data or "", "position": self.position.data or 0}


class VersionForm(BaseForm):
    """A version of a product."""

    name = StringField(
        lazy_gettext("Version"), filters=[line], validators=[InputRequired(lazy_gettext("Please say which version."))]
    )
