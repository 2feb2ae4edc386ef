"""Commands about people: `threadwell user create|role|reset-password`. They act as the program itself."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts.models import Person
from app.accounts.queries import find_person_by_name
from app.accounts.services import credentials, passwords, roles, signing_up
from app.accounts.services.tokens import make_reset_token
from app.accounts.urls import reset_path
from app.core.actor import SYSTEM, Role
from app.core.errors import AppError
from app.core.uow import unit_of_work
from app.web.context import site_settings

user = AppGroup("user", help="People: create accounts, give roles, hand out reset links.")
ROLES = click.Choice([role.value for role in Role])


@contextmanager
def _refusals() -> Iterator[None]:
    """Show a refusal as one line, without a stack trace."""
    try:
        yield
    except AppError as error:
        raise click.ClickException(error.message) from None


def _named(name: str) -> Person:
    person = find_person_by_name(name)
    if person is None:
        raise click.ClickException(f"There is nobody called {name}.")
    return person


def _ask_password(from_stdin: bool) -> tuple[str, bool]:
    """Return (password, whether it was generated): from standard input, typed, or made up."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    typed = ""
    if sys.stdin.isatty():
        typed = click.prompt("Password (leave empty to have one made)", default="", hide_input=True, show_default=False)
    return (typed, False) if typed else (secrets.token_urlsafe(15), True)


@user.command("create")
@click.argument("name")
@click.option("--email", default="", help="Mail address; counts as confirmed.")
@click.option("--role", type=ROLES, default=Role.MEMBER.value, show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def create(name: str, email: str, role: str, password_stdin: bool) -> None:
    """Create an account. Without a password one is made and printed once."""
    password, is_generated = _ask_password(password_stdin)
    with _refusals():
        passwords.check_password_rules(password, name, email)
        password_hash = passwords.hash_password(password)
        with unit_of_work():
            person = signing_up.create_person(SYSTEM, name=name, password_hash=password_hash, email=email, role=role)
    click.echo(f"Created {person.name} ({person.role}).")
    if is_generated:
        click.echo(f"Password: {password}")
    click.echo(f"Sign in at {site_settings().base_url}/login")


@user.command("role")
@click.argument("name")
@click.argument("role", type=ROLES)
def role(name: str, role: str) -> None:
    """Give somebody a role."""
    person = _named(name)
    with _refusals(), unit_of_work():
        person = roles.set_role(SYSTEM, person.id, role)
    click.echo(f"{person.name} is now {person.role}.")


@user.command("reset-password")
@click.argument("name")
@click.option("--email", default="", help="Set this address first; the link confirms it (how imported people claim an account).")
def reset_password(name: str, email: str) -> None:
    """Print a link that sets a new password once. It is mailed, too, if there is an address."""
    person = _named(name)
    with _refusals(), unit_of_work():
        if email:
            person = credentials.offer_claim(SYSTEM, person_id=person.id, email=email)
        elif person.email:
            credentials.request_reset(person.email)
    token = make_reset_token(str(current_app.secret_key), person, is_claim=bool(email))
    click.echo(f"{site_settings().base_url}{reset_path(token)}")
    where = person.pending_email if email else person.email
    life = "14 days" if email else "one hour"
    way = f"It is also on its way to {where}." if where else "Pass it on yourself: no address is known."
    click.echo(f"The link works once, for {life}. {way}")
