"""Forms of the write side: what is parsed, and the errors that need no database. Choices are set by the routes."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.core.markup import MAX_BODY
from app.forum.models.thread import TITLE_MAX
from app.forum.services.checking import COMMENT_MAX, TITLE_MIN
from app.web.forms import BaseForm, block, line, reason_field

_TITLE_RULES = [
    InputRequired("Please give it a title: one line that says what is wrong."),
    Length(min=TITLE_MIN, message=f"Please use at least {TITLE_MIN} characters, so that people see what it is about."),
    Length(max=TITLE_MAX, message=f"A title has at most {TITLE_MAX} characters."),
]
_BODY_RULES = [
    InputRequired("Please write something."),
    Length(max=MAX_BODY, message=f"At most {MAX_BODY:,} characters are possible; please shorten the text."),
]
_TAGS_RULES = [Length(max=300, message="These are too many letters for five tags.")]


def chosen_id(value: object) -> int | None:
    """Return the id that a choice stands for; None for the line that says to choose, and for anything that is no id."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


class ThreadForm(BaseForm):
    """A new question or discussion. `category` and `version` get their choices from the route."""

    title = StringField("Title", filters=[line], validators=_TITLE_RULES)
    body = TextAreaField("Details", filters=[block], validators=_BODY_RULES)
    category = SelectField("Category", coerce=chosen_id, validators=[DataRequired("Please choose a category.")])
    tags = StringField("Tags", filters=[line], validators=_TAGS_RULES)
    version = SelectField("Version", coerce=chosen_id, validators=[Optional()])


class AnswerForm(BaseForm):
    """An answer to a question or a reply in a discussion."""

    body = TextAreaField("Your answer", filters=[block], validators=_BODY_RULES)


class CommentForm(BaseForm):
    """A comment, new or changed."""

    body = TextAreaField(
        "Your comment",
        filters=[block],
        validators=[
            InputRequired("Please write something."),
            Length(max=COMMENT_MAX, message=f"A comment has at most {COMMENT_MAX:,} characters. For more, write an answer."),
        ],
    )


class EditCommentForm(CommentForm):
    """A changed comment; who changes somebody else's says why."""

    reason = reason_field("Why do you change it?", kind=StringField)


class EditPostForm(BaseForm):
    """A new revision of an answer or reply. `base_revision` is the revision that the person started from."""

    body = TextAreaField("Text", filters=[block], validators=_BODY_RULES)
    reason = reason_field("What did you change?", kind=StringField)
    base_revision = IntegerField(widget=HiddenInput(), validators=[Optional()])


class EditOpeningForm(EditPostForm):
    """A new revision of the opening text, with its title and tags."""

    title = StringField("Title", filters=[line], validators=_TITLE_RULES)
    tags = StringField("Tags", filters=[line], validators=_TAGS_RULES)


class TitleForm(BaseForm):
    """Title and tags of somebody else's question. `base_revision` is the revision that the person started from."""

    title = StringField("Title", filters=[line], validators=_TITLE_RULES)
    tags = StringField("Tags", filters=[line], validators=_TAGS_RULES)
    reason = reason_field("What is better now?", "Please say what is better now.", kind=StringField)
    base_revision = IntegerField(widget=HiddenInput(), validators=[Optional()])


class CategoryForm(BaseForm):
    """A category, new or changed. The rules are those of the service; the form only parses."""

    name = StringField("Name", filters=[line], validators=[InputRequired("Please give it a name.")])
    description = StringField("Description", filters=[line])
    audience = RadioField(
        "Who may read it?",
        default="public",
        choices=[
            SelectChoice("public", "Everybody, and search engines"),
            SelectChoice("members", "People who are signed in"),
            SelectChoice("staff", "Staff only"),
        ],
    )
    needs_approval = BooleanField("New threads wait until a moderator has approved them")
    holds_first_posts = BooleanField("The first texts of new people wait until a moderator has approved them")
    archive_after_days = IntegerField("Archive solved questions after so many quiet days", validators=[Optional()])
    position = IntegerField(
        "Position in the list", default=0, validators=[Optional(), NumberRange(0, 1000, "Please use a number from 0 to 1000.")]
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

    name = StringField("Name", filters=[line], validators=[InputRequired("Please give it a name.")])
    position = IntegerField(
        "Position in the list", default=0, validators=[Optional(), NumberRange(0, 1000, "Please use a number from 0 to 1000.")]
    )

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {"name": self.name.data or "", "position": self.position.data or 0}


class VersionForm(BaseForm):
    """A version of a product."""

    name = StringField("Version", filters=[line], validators=[InputRequired("Please say which version.")])
