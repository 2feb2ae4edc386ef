"""Which parts the application is made of: blueprints, search sources, subscribers, jobs, commands. Read by the factory only."""

from datetime import timedelta

from flask import Flask

from app.accounts.cli import user as user_commands
from app.accounts.routes import admin as accounts_admin
from app.accounts.routes import confirming as accounts_confirming
from app.accounts.routes import reset as accounts_reset
from app.accounts.routes import settings as accounts_settings
from app.accounts.routes import signin as accounts_signin
from app.accounts.routes import signup as accounts_signup
from app.accounts.routes.blueprint import blueprint as accounts_blueprint
from app.accounts.session import delete_expired_sessions
from app.core.events import subscribe
from app.jobs.queue import register_handler
from app.jobs.schedule import register_periodic
from app.moderation import subscribers as moderation_subscribers
from app.moderation.routes import acting as moderation_acting
from app.moderation.routes import flags as moderation_flags
from app.moderation.routes import log as moderation_log
from app.moderation.routes import queue as moderation_queue
from app.moderation.routes.blueprint import blueprint as moderation_blueprint
from app.notifications import subscribers as notification_subscribers
from app.notifications.queries import count_unread
from app.notifications.routes import inbox as notifications_inbox
from app.notifications.routes import preferences as notifications_preferences
from app.notifications.routes.blueprint import blueprint as notifications_blueprint
from app.notifications.sending import send_mails
from app.web.render import provide

# Route modules attach themselves to their blueprint when imported.
ROUTE_MODULES = (
    accounts_admin, accounts_confirming, accounts_reset, accounts_settings, accounts_signin, accounts_signup,
    moderation_acting, moderation_flags, moderation_log, moderation_queue,
    notifications_inbox, notifications_preferences,
)  # fmt: skip


def register_blueprints(app: Flask) -> None:
    """Add the pages of every package."""
    app.register_blueprint(accounts_blueprint)
    app.register_blueprint(notifications_blueprint)
    app.register_blueprint(moderation_blueprint)


def register_sources(app: Flask) -> None:
    """Tell the search how to load threads and articles."""


def register_subscribers(app: Flask) -> None:
    """Say who reacts to what: the answer to 'what happens when ...'."""
    for event_type, handler in moderation_subscribers.SUBSCRIPTIONS:
        subscribe(event_type, handler)
    for event_type, handler in notification_subscribers.SUBSCRIPTIONS:
        subscribe(event_type, handler)


def register_jobs(app: Flask) -> None:
    """Register handlers of background work and the periodic ones."""
    register_handler("accounts.expire_sessions", delete_expired_sessions)
    register_periodic("accounts.expire_sessions", timedelta(hours=6))
    register_handler("mail.send", send_mails)


def register_commands(app: Flask) -> None:
    """Add the commands of every package to the command line."""
    app.cli.add_command(user_commands)


def register_providers(app: Flask) -> None:
    """Give the layout the values that packages provide."""
    provide("unread_count", count_unread)
