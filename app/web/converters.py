"""URL converters: ids of at most 64 bits; everything else is a 404 before any view runs."""

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

MAX_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """A positive 64-bit id: digits only, no sign, no leading zero."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > MAX_ID:
            raise ValidationError
        return number


def register_converters(app: Flask) -> None:
    """Make `<id:name>` known to the application."""
    app.url_map.converters["id"] = IdConverter
