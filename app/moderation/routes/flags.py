"""Reporting a post, a comment or a person."""

from collections.abc import Callable

from flask import flash
from werkzeug.wrappers import Response

from app.accounts.queries import get_person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.uow import unit_of_work
from app.forum.queries.threads import get_comment, get_post
from app.forum.urls import comment_path, post_path
from app.moderation.flags.flagging import flag_comment, flag_person, flag_post, kind_of
from app.moderation.forms.flags import FlagForm
from app.moderation.forms.numbers import parse_thread_number
from app.moderation.policies import ensure_can_flag_people
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import my_reports_path
from app.web.access import members
from app.web.context import current_actor
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

THANKS = lazy_gettext("Thank you. A moderator will look at it; under Settings, My reports, you can read what came of it.")


class Reported(Struct, frozen=True):
    """What a form is about: `kind` decides the reasons, `title` heads it, `text` shows it, `action` takes the report."""

    kind: str
    title: str
    text: str
    back: str
    action: str


def _post(actor: Actor, post_id: int) -> Reported:
    post = get_post(actor, post_id)
    return Reported(kind_of(post), _("Report this post"), post.body_text, post_path(post_id), f"/posts/{post_id}/flag")


def _comment(actor: Actor, comment_id: int) -> Reported:
    comment = get_comment(actor, comment_id)
    return Reported(
        "comment", _("Report this comment"), comment.body_text, comment_path(comment_id), f"/comments/{comment_id}/flag"
    )


def _person(actor: Actor, person_id: int) -> Reported:
    ensure_can_flag_people(actor)
    person = get_person(person_id)
    return Reported("person", _("Report this person"), person.display_name, person_path(person.name), f"/people/{person_id}/flag")


def _form_page(form: FlagForm, reported: Reported, status: int = 200) -> Response:
    head = Head(title=reported.title)
    return page("moderation/flag.html", head, status=status, form=form, about=reported)


def _thanked(read: Callable[[Actor, int], Reported], number: int) -> Response:
    """Lead back to what was reported; to one's reports where this one took it out of sight."""
    flash(THANKS)
    try:
        return see_other(read(current_actor(), number).back)
    except NotFound:
        return see_other(my_reports_path())


def _original(form: FlagForm) -> int | None:
    """Return the number of the question that was asked before. Raises Invalid for words that name none."""
    typed = form.original.data or ""
    number = parse_thread_number(typed) if typed else None
    if typed and number is None:
        raise Invalid(_("Please paste the address of that question, or type its number."), field="original")
    return number


@blueprint.get("/posts/<id:post_id>/flag")
@members
def flag_post_form(post_id: int) -> Response:
    """Show the form with the post that is meant."""
    reported = _post(current_actor(), post_id)
    return _form_page(FlagForm.about(reported.kind), reported)


@blueprint.post("/posts/<id:post_id>/flag")
@members
@limiter.limit(REACTING)
def flag_post_action(post_id: int) -> Response:
    """Report a post."""
    actor = current_actor()
    reported = _post(actor, post_id)
    form = FlagForm.about(reported.kind)
    try:
        form.ensure_valid()
        original_id = _original(form) if reported.kind == "question" else None
        with unit_of_work():
            flag_post(actor, post_id=post_id, reason=form.reason.data, note=form.note.data or "", original_id=original_id)
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, _post(actor, post_id), status=400)
    return _thanked(_post, post_id)


@blueprint.get("/comments/<id:comment_id>/flag")
@members
def flag_comment_form(comment_id: int) -> Response:
    """Show the form with the comment that is meant."""
    return _form_page(FlagForm.about("comment"), _comment(current_actor(), comment_id))


@blueprint.post("/comments/<id:comment_id>/flag")
@members
@limiter.limit(REACTING)
def flag_comment_action(comment_id: int) -> Response:
    """Report a comment."""
    actor, form = current_actor(), FlagForm.about("comment")
    try:
        form.ensure_valid()
        with unit_of_work():
            flag_comment(actor, comment_id=comment_id, reason=form.reason.data, note=form.note.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, _comment(actor, comment_id), status=400)
    return _thanked(_comment, comment_id)


@blueprint.get("/people/<id:person_id>/flag")
@members
def flag_person_form(person_id: int) -> Response:
    """Show the form with the person that is meant."""
    return _form_page(FlagForm.about("person"), _person(current_actor(), person_id))


@blueprint.post("/people/<id:person_id>/flag")
@members
@limiter.limit(REACTING)
def flag_person_action(person_id: int) -> Response:
    """Report a person."""
    actor, form = current_actor(), FlagForm.about("person")
    reported = _person(actor, person_id)
    try:
        form.ensure_valid()
        with unit_of_work():
            flag_person(actor, person_id=person_id, reason=form.reason.data, note=form.note.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, _person(actor, person_id), status=400)
    flash(THANKS)
    return see_other(reported.back)
