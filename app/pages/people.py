"""The public page of a person: what they say about themselves and what they wrote. Joins accounts and forum, changes neither."""

from typing import Any

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.accounts.models import Person
from app.accounts.queries import find_person_by_name, get_person
from app.accounts.urls import person_path
from app.core.actor import Role
from app.core.clock import now
from app.core.errors import Gone, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.pagination import parse_page
from app.core.trust import Ability, Level
from app.forum.queries.contributions import Contributions, count_contributions, list_answers_of
from app.forum.queries.lists import list_threads
from app.kb.queries.credited import credited_to
from app.moderation.trust.policies import can_set_level
from app.pages.blueprint import blueprint
from app.web.access import public
from app.web.context import current_actor
from app.web.contract import PersonFacts
from app.web.filters import machine_date
from app.web.marking import ARTICLES, THREADS, keep_page
from app.web.redirects import moved
from app.web.render import page
from app.web.seo import Head, absolute, contract_of

TABS = ("answers", "questions")


@blueprint.get("/people/<name>")
@public
def profile(name: str) -> Response:
    """Show a person; other spellings of the name (case, width) lead to the right one for good."""
    person = find_person_by_name(name)
    if person is None:
        raise NotFound(_("There is nobody of that name here."))
    if person.erased_at is not None:
        raise Gone(_("This account was erased."))
    if person.merged_into_id is not None:
        return moved(get_person(person.merged_into_id).path)
    if person.name != name:
        return moved(person_path(person.name))
    keep_page(THREADS, ARTICLES)
    actor = current_actor()
    counts = count_contributions(actor, person.id)
    tab = request.args.get("tab", "")
    if tab not in TABS:
        tab = "questions" if counts.questions and not counts.answers else "answers"
    number = parse_page(request.args.get("page"))
    if tab == "answers":
        rows: Any = list_answers_of(actor, person.id, number)
    else:
        rows = list_threads(actor, kind="question", author=person.id, page=number)
    return page(
        "pages/profile.html",
        _head(person, counts, is_plain=not request.args),
        person=person,
        about=Markup(person.about_html),  # noqa: S704 - sanitised when it was saved
        counts=counts,
        rows=rows,
        tab=tab,
        credited=credited_to(actor, person.id),
        is_suspended=person.is_suspended_at(now()),
        can_set_level=can_set_level(actor, person),
        level=Level(person.level).label if person.role == Role.MEMBER else "",
        shows_website=_has(person, Ability.SHOW_WEBSITE) or actor.id == person.id or actor.is_moderator,
    )


def _has(person: Person, ability: Ability) -> bool:
    return person.as_actor(now()).has(ability)


def _head(person: Person, counts: Contributions, is_plain: bool) -> Head:
    """Profiles are for search engines once the community has praised something in them and trusts their owner; their first page."""
    shown = person.display_name
    return Head(
        title=f"{shown} ({person.name})" if shown != person.name else shown,
        description=_praise(shown, counts),
        path=person.path,
        contract=contract_of(PersonFacts(counts.has_praise, _has(person, Ability.BE_FOUND)), is_variant=not is_plain),
        jsonld=(_profile_data(person, counts),),
        og_type="profile",
    )


def _praise(name: str, counts: Contributions) -> str:
    answered = ngettext(
        "%(name)s answered %(num)s question here.", "%(name)s answered %(num)s questions here.", counts.answers, name=name
    )
    if not counts.accepted:
        return answered
    return f"{answered} {ngettext('%(num)s answer is a solution.', '%(num)s answers are solutions.', counts.accepted)}"


def _profile_data(person: Person, counts: Contributions) -> dict[str, Any]:
    written = counts.questions + counts.discussions + counts.answers + counts.replies
    entity: dict[str, Any] = {
        "@type": "Person",
        "name": person.display_name,
        "alternateName": person.name,
        "identifier": str(person.id),
        "url": absolute(person.path),
        "agentInteractionStatistic": {
            "@type": "InteractionCounter", "interactionType": "https://schema.org/WriteAction", "userInteractionCount": written,
        },
    }  # fmt: skip
    if person.website and _has(person, Ability.SHOW_WEBSITE):
        entity["sameAs"] = [person.website]
    return {"@type": "ProfilePage", "dateCreated": machine_date(person.created_at), "mainEntity": entity}
