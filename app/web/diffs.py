"""A text comparison in the two forms that components/diff.html shows. Escapes everything; decides nothing."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from app.core.textdiff import Change, DiffRow, Span, TextDiff

_TAGS = {Change.REMOVED: Markup("<del>{}</del>"), Change.ADDED: Markup("<ins>{}</ins>")}


def inline_lines(diff: TextDiff) -> list[tuple[str, str]]:
    """Return (sign, line) pairs for `diff_inline`: "=" same, "-" removed, "+" added; a gap is a line of its own."""
    return [line for row in diff.rows for line in _lines(row)]


def side_rows(diff: TextDiff) -> list[tuple[Markup | None, Markup | None]]:
    """Return (before, after) pairs of escaped HTML for `diff_sides`; None where a side has no such line."""
    return [_sides(row) for row in diff.rows]


def _lines(row: DiffRow) -> Iterator[tuple[str, str]]:
    if row.change is Change.GAP:
        yield "=", _gap(row)
    elif row.change is Change.SAME:
        yield "=", _text(row.new)
    else:
        if row.change is not Change.ADDED:
            yield "-", _text(row.old)
        if row.change is not Change.REMOVED:
            yield "+", _text(row.new)


def _sides(row: DiffRow) -> tuple[Markup | None, Markup | None]:
    if row.change is Change.GAP:
        gap = Markup("{}").format(_gap(row))
        return gap, gap
    old = None if row.change is Change.ADDED else _html(row.old)
    return old, None if row.change is Change.REMOVED else _html(row.new)


def _gap(row: DiffRow) -> str:
    return f"… {row.hidden:,} unchanged {'line' if row.hidden == 1 else 'lines'} …"


def _text(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans)


def _html(spans: Iterable[Span]) -> Markup:
    return Markup("").join(_TAGS.get(span.change, Markup("{}")).format(span.text) for span in spans)
