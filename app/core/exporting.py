"""CSV that spreadsheets open as it is meant: comma, CRLF, UTF-8 with a byte order mark, no cell that is run as a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

Cell = str | int | float | datetime | None
# Excel takes a file without it for the system's own encoding; other programs skip it.
BYTE_ORDER_MARK = "\ufeff"
# A text that begins so is a formula to spreadsheets (OWASP, "CSV injection"); an apostrophe before it makes it a text again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LINES_AT_ONCE = 200


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file in pieces of many lines, so that a long one never stands in memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe_cell(name) for name in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(cell) for cell in row])
        if number % _LINES_AT_ONCE == 0:
            yield _take(buffer)
    yield _take(buffer)


def safe_cell(value: Cell) -> str:
    """Return a cell as text: moments as ISO 8601 in UTC, numbers plain, nothing that a spreadsheet would calculate."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value


def _take(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
