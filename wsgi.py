"""Builds the application for a web server, with background work inside it unless JOBS=external."""

import atexit

from app.factory import create_app
from app.jobs.worker import start_inline_worker
from app.operating import patient
from app.pageviews.recorder import start_flusher
from app.search.ledger.recorder import start_flusher as start_ledger

app = create_app()
app.wsgi_app = patient(app)  # type: ignore[method-assign]
atexit.register(start_flusher(app))
atexit.register(start_ledger(app))
if app.extensions["settings"].jobs == "inline":
    atexit.register(start_inline_worker(app))
