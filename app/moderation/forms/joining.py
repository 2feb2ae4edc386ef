"""Forms of joining questions to one issue, and of separating them again."""

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.moderation.services.logging import REASON_MAX
from app.web.forms import BaseForm, line


class JoinForm(BaseForm):
    """Which question a question is joined to, and why."""

    original_id = StringField(
        "Address or number of the question that stays", filters=[line],
        validators=[InputRequired("Please paste the address or the number of the question that stays.")],
    )  # fmt: skip
    reason = TextAreaField(
        "Reason", filters=[line],
        validators=[Length(max=REASON_MAX, message=f"Please keep the reason to {REASON_MAX} characters.")],
    )  # fmt: skip


class SeparateForm(BaseForm):
    """Why a question stands on its own again, and whether those that came with it go with it."""

    followers = BooleanField("Take along the questions that came with it")
    reason = TextAreaField(
        "Reason", filters=[line],
        validators=[Length(max=REASON_MAX, message=f"Please keep the reason to {REASON_MAX} characters.")],
    )  # fmt: skip
