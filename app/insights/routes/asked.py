"""What the request asks for: the scope of its address, and the metric of its path."""

from flask import request

from app.core.clock import now
from app.core.errors import NotFound
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.measures import Metric
from app.insights.policies import ensure_can_see_insights
from app.insights.queries.choosing import Wish, choose_scope
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


def find_metric(key: str) -> Metric:
    """Return the metric that is called `key` in addresses. Raises NotFound."""
    if key not in ALL_METRICS:
        raise NotFound("There is no such figure.")
    return ALL_METRICS[key]
