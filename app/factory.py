"""The composition root: settings, extensions, blueprints, search sources, subscribers, jobs. A list, no logic."""

import gc
import os
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import registry
from app.accounts.session import init_sessions
from app.commands import register_commands
from app.core.db import db, engine_options, prepare_engine
from app.core.logs import configure_logging
from app.core.settings import PROJECT_ROOT, Settings
from app.migrate import init_migrations
from app.pagecache.installing import install_page_cache
from app.pageviews.recorder import init_pageviews
from app.search.ledger.recorder import init_ledger
from app.web.assets import init_assets
from app.web.compressing import init_compressing
from app.web.converters import register_converters
from app.web.csrf import init_csrf
from app.web.errors import init_errors
from app.web.headers import init_headers
from app.web.languages import init_languages
from app.web.ratelimit import init_ratelimit
from app.web.reading import init_reading
from app.web.render import init_templates, template_folder
from app.web.rules import init_rules

FORM_MEMORY_BYTES = 1_000_000
# After so many new objects those are looked through that went round in circles and nobody holds; older ones less often.
GARBAGE_BOUNDS = (20_000, 20, 20)


def create_app(settings: Settings | None = None, environ: Mapping[str, str] | None = None) -> Flask:
    """Build the application. Without `settings` they are read from `environ` (default: the process's environment)."""
    settings = settings or Settings.from_env(os.environ if environ is None else environ)
    configure_logging(settings.log_level)
    app = Flask("app", root_path=str(PROJECT_ROOT / "app"), template_folder=str(template_folder()), static_folder=None)
    app.ensure_sync = lambda function: function  # type: ignore[assignment]  # Flask looks each time; nothing here is a coroutine
    app.secret_key = settings.ensure_instance()
    app.extensions["settings"] = settings
    app.testing = settings.is_testing
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.effective_database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.effective_database_url),
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024 + FORM_MEMORY_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY_BYTES,
        MAX_FORM_PARTS=200,
    )
    init_rules(app)
    register_converters(app)
    init_languages(app, settings)
    init_errors(app)
    init_compressing(app)
    init_headers(app)
    init_assets(app, settings)
    init_templates(app)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        init_reading(app, db.engine)
    init_migrations(app)
    init_sessions(app, settings)
    init_csrf(app)
    init_ratelimit(app, settings)
    init_pageviews(app, settings)
    init_ledger(app, settings)
    registry.register_blueprints(app)
    registry.register_sources(app)
    registry.register_subscribers(app)
    registry.register_jobs(app)
    register_commands(app)
    registry.register_providers(app)
    if not settings.is_testing:
        install_page_cache(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    gc.set_threshold(*GARBAGE_BOUNDS)
    return app
