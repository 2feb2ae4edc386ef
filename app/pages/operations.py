"""The page for whoever runs the installation: versions, background work with its failures, index, mails."""

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from flask import Response, flash
from werkzeug.wrappers import Response as BaseResponse

from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.jobs.queue import drop_dead, list_dead, retry_dead
from app.pages.blueprint import blueprint
from app.pages.queries import count_everything, job_figures
from app.search.engines import current_engine
from app.search.engines.base import EngineStats
from app.search.sync import what_stops as search_trouble
from app.web.access import admins
from app.web.context import site_settings
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_GONE = lazy_gettext("That job is gone: it was done, dropped or tried again meanwhile.")
_PACKAGES = ("flask", "sqlalchemy", "whoosh", "markdown", "bleach", "granian")


class Version(Struct, frozen=True):
    """A part of the installation and its version."""

    name: str
    number: str


def installed_versions() -> list[Version]:
    """Return the versions of the program, Python, the database and the libraries that matter."""
    dialect = db.engine.dialect
    server = sqlite3.sqlite_version if dialect.name == "sqlite" else ".".join(map(str, dialect.server_version_info or ()))
    names = [Version("Threadwell", _version_of("threadwell")), Version("Python", platform.python_version())]
    return [*names, Version(dialect.name, server), *(Version(name, _version_of(name)) for name in _PACKAGES)]


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return _("not installed")


def _index_stats() -> EngineStats | None:
    try:
        return current_engine().stats()
    except (RuntimeError, OSError):
        return None


def _mail_folder(settings: Settings) -> str:
    """Return where mails are written when no mail server is set, or ''."""
    return "" if settings.mail_url else str(settings.instance_path / "mail")


@blueprint.get("/admin")
@admins
def operations() -> Response:
    """Show how the installation is doing."""
    settings = site_settings()
    counts = count_everything()
    return page(
        "pages/operations.html",
        Head(title=_("Administration"), path="/admin"),
        jobs=job_figures(),
        dead=list_dead(),
        index=_index_stats(),
        index_trouble=search_trouble(),
        versions=installed_versions(),
        thread_count=sum(counts.threads.values()),
        article_count=sum(counts.articles.values()),
        post_count=counts.posts,
        people_count=counts.people,
        mail_folder=_mail_folder(settings),
        jobs_mode=settings.jobs,
        database=_("SQLite in the instance folder") if settings.is_sqlite else "PostgreSQL",
        instance_path=str(settings.instance_path),
    )


@blueprint.post("/admin/jobs/<id:job_id>/retry")
@admins
def retry_job(job_id: int) -> BaseResponse:
    """Put a failed job back into the queue."""
    with unit_of_work():
        is_there = retry_dead(job_id)
    if not is_there:
        raise NotFound(_GONE)
    flash(_("The job is in the queue again."), "success")
    return see_other("/admin")


@blueprint.post("/admin/jobs/retry")
@admins
def retry_all_jobs() -> BaseResponse:
    """Put all failed jobs back into the queue, as after a day without a mail server."""
    with unit_of_work():
        count = retry_dead()
    flash(ngettext("%(num)s job is in the queue again.", "%(num)s jobs are in the queue again.", count), "success")
    return see_other("/admin")


@blueprint.post("/admin/jobs/<id:job_id>/drop")
@admins
def drop_job(job_id: int) -> BaseResponse:
    """Remove a failed job that nobody needs done any more, such as a mail to an address that is no more."""
    with unit_of_work():
        is_there = drop_dead(job_id)
    if not is_there:
        raise NotFound(_GONE)
    flash(_("The job is dropped. It will not be done."), "success")
    return see_other("/admin")


@blueprint.get("/style")
@admins
def style_page() -> BaseResponse:
    """Show every component with its states, for whoever writes a page."""
    return page("pages/style.html", Head(title=_("Style"), path="/style"))
