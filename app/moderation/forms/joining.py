"""Forms of joining questions to one issue, and of separating them again."""

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired

from app.core.i18n import lazy_gettext
from app.web.forms import BaseForm, line, reason_field


class JoinForm(BaseForm):
    """Which question a question is joined to, and why."""

    original_id = StringField(
        lazy_gettext("Address or number of the question that stays"), filters=[line],
        validators=[InputRequired(lazy_gettext("Please paste the address or the number of the question that stays."))],
    )  # fmt: skip
    reason = reason_field(lazy_gettext("Reason"))


class SeparateForm(BaseForm):
    """Why a question stands on its own again, and whether those that came with it go with it."""

    followers = BooleanField(lazy_gettext("Take along the questions that came with it"))
    reason = reason_field(lazy_gettext("Reason"))
