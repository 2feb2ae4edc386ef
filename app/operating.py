"""Commands that run an installation: prepare it, serve it, do its background work."""

import compileall
import errno
import logging
import os
import signal
import socket
import threading
from typing import cast

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app.core.db import db
from app.core.heavy import flask_migrate
from app.core.settings import PROJECT_ROOT, Settings
from app.jobs.worker import run_forever
from app.migrate import MIGRATIONS, is_newer, is_prepared
from app.search.cli import rebuild_index
from app.search.sync import needs_rebuild
from app.serving import load, preload, working
from app.web.bodies import WAITING

# A connection that has not sent its request line and headers by then is closed (milliseconds).
HEADER_TIMEOUT_MS = 15_000


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Create or upgrade the database and the search index. Safe to run again."""
    settings = _settings()
    if is_newer(db.engine):
        raise click.ClickException("The database is of a newer version of Threadwell. Please run that version.")
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    if needs_rebuild():
        rebuild_index()
    # An installed package is compiled; a folder of sources may not be, and then each start takes a second more.
    compileall.compile_dir(PROJECT_ROOT / "app", quiet=2)
    click.echo(f"Ready: database and search index in {settings.instance_path}.")


@click.command("serve")
def serve_command() -> None:
    """Serve the community. Background work is done inside, unless JOBS=external."""
    settings = Settings.from_env(os.environ)
    settings.ensure_instance()
    address = free_address(settings.host, settings.port)
    ensure_prepared(settings)
    announce(settings)
    stop_jobs = preload()
    # The server warns of more threads than processors need. Ours wait for bodies: see web/bodies.py.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in str(record.msg))
    server = Granian(
        "wsgi:app",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=2 * working(settings) + WAITING,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        working_dir=PROJECT_ROOT,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=LogLevels.warning,
    )
    try:
        server.serve(target_loader=load)
    finally:
        stop_jobs()


def free_address(host: str, port: int) -> str:
    """Return the address to listen on. Raises ClickException when it is none, or somebody listens there already.

    The server itself would share a port that is in use, and half of the requests would reach the other program.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, _protocol, _name, place = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise click.ClickException(f"Port {port} is in use. Stop what listens there, or set PORT to another one.") from error
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {error}. Please check HOST and PORT.") from error
    return str(place[0])


def ensure_prepared(settings: Settings) -> None:
    """Raise ClickException unless the database has the tables of this version."""
    engine = sa.create_engine(settings.effective_database_url)
    try:
        is_ready = is_prepared(engine)
    finally:
        engine.dispose()
    if not is_ready:
        raise click.ClickException("The database is not prepared for this version. Please run `threadwell init` first.")


def announce(settings: Settings) -> None:
    """Say at start what an operator should know."""
    click.echo(f"{settings.site_name} is served on http://{settings.host}:{settings.port} (stop with Ctrl+C)")
    if not settings.mail_url:
        click.echo(f"Mails are written to {settings.instance_path / 'mail'} because MAIL_URL is not set.")
    if settings.rate_limits == "off":
        click.echo("Warning: RATE_LIMITS=off, nothing limits sign-ins and posts. Use this for load tests only.", err=True)
    if settings.workers > 1 and not settings.redis_url:
        click.echo("Note: without REDIS_URL each web process has its own rate limits and view counts.", err=True)
    if settings.jobs == "external":
        click.echo("Background work is not done here (JOBS=external): run `threadwell worker` beside.")


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Do background work until stopped. That is the search index, mails and periodic jobs."""
    ensure_prepared(_settings())
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    stop, wake = threading.Event(), threading.Event()

    def finish(_signal: int, _frame: object) -> None:
        stop.set()
        wake.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    click.echo("Working. Stop with Ctrl+C.")
    run_forever(app, stop, wake)
