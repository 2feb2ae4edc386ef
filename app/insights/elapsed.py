"""The SQL function for the time between two moments, the same on every database."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class elapsed_seconds(FunctionElement[float]):
    """Seconds from the first moment to the second, to the millisecond; NULL when one of them is. Named like SQL's own."""

    type = sa.Float()
    name = "elapsed_seconds"
    inherit_cache = True


@compiles(elapsed_seconds)
def _standard(element: elapsed_seconds, compiler: Any, **kwargs: Any) -> str:
    begin, end = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"CAST(ROUND(EXTRACT(EPOCH FROM (CAST({end} AS TIMESTAMPTZ) - CAST({begin} AS TIMESTAMPTZ))), 3) AS DOUBLE PRECISION)"


@compiles(elapsed_seconds, "sqlite")
def _sqlite(element: elapsed_seconds, compiler: Any, **kwargs: Any) -> str:
    begin, end = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"ROUND((julianday({end}) - julianday({begin})) * 86400.0, 3)"
