"""Files that are written for whoever asks, such as tables for a spreadsheet. What they hold is the business of features."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

from flask import Response

from app.core.exporting import Cell, csv_text

IN_MEMORY = 1024 * 1024
CHUNK = 64 * 1024


def csv_answer(name: str, header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Response:
    """Return a CSV file of that name.

    It is written to a temporary file first, on disk if it is long: what fails does so before anything was sent, and no
    transaction stays open for as long as somebody with a slow line reads.
    """
    written = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the response
    for piece in csv_text(tuple(header), (tuple(row) for row in rows)):
        written.write(piece.encode())
    length = written.tell()
    written.seek(0)
    response = Response(iter(lambda: written.read(CHUNK), b""), mimetype="text/csv")
    response.call_on_close(written.close)
    response.content_length = length
    response.headers["Content-Disposition"] = f'attachment; filename="{name.replace("..", "_")}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
