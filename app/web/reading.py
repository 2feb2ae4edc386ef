"""Gives each request its reader (core/reading)."""

from flask import Flask, g
from sqlalchemy.engine import Engine

from app.core.reading import Reader, begin_reading


def init_reading(app: Flask, engine: Engine) -> None:
    """Let requests read without a session, where that costs less. To be called before whatever reads in front of views."""

    def begin() -> None:
        g.reader = begin_reading(engine)

    def end(_error: BaseException | None) -> None:
        reader: Reader | None = g.get("reader")
        if reader is not None:
            reader.end()

    app.before_request(begin)
    app.teardown_request(end)
