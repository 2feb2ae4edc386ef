"""Admins keep the rules that put people in charge of new questions."""

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.desk.forms import RuleForm
from app.desk.queries.queue import list_in_charge
from app.desk.queries.rules import RuleRow, get_rule, list_rules
from app.desk.routes.blueprint import blueprint
from app.desk.services.rules import apply_rules_again, create_rule, delete_rule, move_rule, update_rule
from app.desk.urls import RULES
from app.forum.queries.categories import list_categories
from app.web.access import admins
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


def _offered(form: RuleForm) -> RuleForm:
    categories = [(str(category.id), category.name) for category in list_categories(current_actor())]
    people = [(key, _("%(name)s (group)", name=name) if key.startswith("g") else name) for key, name in list_in_charge()]
    return form.offer(categories, people)


def _list_page(form: RuleForm, status: int = 200) -> Response:
    return page("desk/rules.html", Head(title=_("Rules · Desk")), status=status, form=_offered(form), rules=list_rules())


def _edit_page(form: RuleForm, rule: RuleRow, status: int = 200) -> Response:
    return page("desk/rule.html", Head(title=_("Rule · Desk")), status=status, form=_offered(form), rule=rule)


@blueprint.get("/desk/rules")
@admins
def rules() -> Response:
    """List the rules in their order, with a form for a new one."""
    return _list_page(RuleForm(formdata=None))


@blueprint.post("/desk/rules")
@admins
def add_rule() -> Response:
    """Add a rule after the others."""
    form = RuleForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            create_rule(current_actor(), **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _list_page(form, status=400)
    flash(_("The rule holds for new questions from now on."), "success")
    return see_other(RULES)


@blueprint.get("/desk/rules/<id:rule_id>")
@admins
def edit_rule(rule_id: int) -> Response:
    """Show one rule's form."""
    rule = get_rule(rule_id)
    data = {"category_id": str(rule.category_id or ""), "tag": rule.tag, "in_charge": rule.in_charge}
    return _edit_page(RuleForm(formdata=None, data=data), rule)


@blueprint.post("/desk/rules/<id:rule_id>")
@admins
def change_rule(rule_id: int) -> Response:
    """Change a rule."""
    form = RuleForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            update_rule(current_actor(), rule_id=rule_id, **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(form, get_rule(rule_id), status=400)
    flash(_("Saved."), "success")
    return see_other(RULES)


@blueprint.post("/desk/rules/<id:rule_id>/order")
@admins
def order_rule(rule_id: int) -> Response:
    """Let a rule be asked earlier or later."""
    with unit_of_work():
        move_rule(current_actor(), rule_id=rule_id, direction=posted_line("direction"))
    return see_other(f"{RULES}#rule-{rule_id}")


@blueprint.post("/desk/rules/<id:rule_id>/delete")
@admins
def remove_rule(rule_id: int) -> Response:
    """Remove a rule."""
    with unit_of_work():
        delete_rule(current_actor(), rule_id=rule_id)
    flash(_("The rule is gone. Questions it put somebody in charge of keep them."))
    return see_other(RULES)


@blueprint.post("/desk/rules/apply")
@admins
def apply_rules() -> Response:
    """Let the rules decide about open questions, too."""
    with unit_of_work():
        apply_rules_again(current_actor())
    flash(_("The rules are being applied to all open questions that nobody assigned by hand. It takes a moment."))
    return see_other(RULES)
