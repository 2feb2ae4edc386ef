"""What the request asks for: the scope of its address, what a page says about it, and the metric of its path."""

from typing import Any

from flask import request

from app.core.clock import now
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.forum.queries.categories import list_categories
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.measures import Metric
from app.insights.period_words import say_period
from app.insights.policies import ensure_can_see_insights
from app.insights.presenters import filters_of, say_scope
from app.insights.queries.choosing import Wish, choose_scope, default_scope
from app.insights.scope import Scope
from app.web.context import current_actor, site_settings


def read_wish() -> Wish:
    """Return the words of the address."""
    return Wish.from_words(request.args)


def read_scope() -> Scope:
    """Return the scope of the address for whoever asks. Raises NotFound for others than staff and moderators, and Invalid."""
    actor = current_actor()
    ensure_can_see_insights(actor)
    return choose_scope(actor, read_wish(), moment=now(), zone=site_settings().time_zone)


class Asked(Struct, frozen=True):
    """What a page of figures is asked for. With a `problem` its address is wrong, and `scope` is the one to start from."""

    scope: Scope
    problem: Invalid | None
    values: dict[str, Any]

    @property
    def status(self) -> int:
        return 400 if self.problem else 200


def read_asked() -> Asked:
    """Return the scope of the address with the words and filters of its page; what is wrong is said beside its field."""
    actor, wish, moment, zone = current_actor(), read_wish(), now(), site_settings().time_zone
    ensure_can_see_insights(actor)
    problem: Invalid | None = None
    try:
        scope = choose_scope(actor, wish, moment=moment, zone=zone)
    except Invalid as error:
        problem, scope = error, default_scope(actor, moment=moment, zone=zone)
    values = {
        "filters": filters_of(wish, scope, list_categories(actor), problem), "scope": scope, "when": say_period(scope.period),
        "narrowed": say_scope(scope),
    }  # fmt: skip
    return Asked(scope, problem, values)


def find_metric(key: str) -> Metric:
    """Return the metric that is called `key` in addresses. Raises NotFound."""
    if key not in ALL_METRICS:
        raise NotFound(_("There is no such figure."))
    return ALL_METRICS[key]
