"""The application for any WSGI server, with background work inside it unless JOBS=external. `threadwell serve` needs no such file."""

from app.serving import load

app = load()
