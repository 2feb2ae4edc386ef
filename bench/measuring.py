"""Runs load in slices between slices of the baseline, and says what came out. Ratios are to the slices just before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from bench.load import Request, Result, put_load
from bench.processes import machine, settled_cpu
from bench.serving import Server
from bench.targets import is_met, target_of

BASELINE_SECONDS = 1.0
HELLO = [Request("/")]
FILLS = 6


@dataclass(frozen=True)
class Slice:
    """One run of load against one server. `cpu_ms` is of its whole process tree for each answer."""

    result: Result
    cpu_ms: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.result.requests / self.result.seconds if self.result.seconds else 0.0


@dataclass(frozen=True)
class Row:
    """One kind of request at one number of connections: medians over the rounds, `ratio` in CPU per request."""

    name: str
    connections: int
    requests: int
    cpu_ms: float
    cpu_ms_least: float
    ratio: float
    rate: float
    p50_ms: float
    p95_ms: float
    kib: float
    statuses: dict[str, int]
    errors: int
    target: float | None = None
    met: bool | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of request to measure. `once`: each request is sent once (writes), and background work is waited for and counted."""

    name: str
    requests: list[Request]
    once: bool = False


class Bench:
    """A server and its baseline, measured in alternation."""

    def __init__(
        self,
        server: Server,
        hello: Server,
        seconds: float,
        rounds: int,
        client: str = "auto",
        baselines: list[Slice] | None = None,
    ) -> None:
        """`baselines` collects the slices of the baseline, for several servers that are measured beside the same one."""
        self.server, self.hello = server, hello
        self.seconds, self.rounds, self.client = seconds, rounds, client
        self.baselines = [] if baselines is None else baselines

    def _slice(self, server: Server, kind: Kind, connections: int, seconds: float) -> Slice:
        roots = [server.process.pid]
        before = settled_cpu(roots) if kind.once else server.cpu
        client = "python" if kind.once else self.client
        result = put_load(
            server.port, kind.requests, connections=connections, seconds=seconds, once=kind.once, client=client
        )  # fmt: skip
        after = settled_cpu(roots) if kind.once else server.cpu
        return Slice(result, (after - before) * 1000 / max(1, result.requests))

    def fill(self, kind: Kind) -> None:
        """Ask for everything of a kind so often, over so many connections, that each process has made it."""
        put_load(self.server.port, kind.requests * FILLS, connections=8, seconds=60.0, once=True, client="python")

    def baseline(self, connections: int) -> Slice:
        """One slice of the baseline."""
        found = self._slice(self.hello, Kind("hello", HELLO), connections, min(self.seconds, BASELINE_SECONDS))
        self.baselines.append(found)
        return found

    def measure(self, kind: Kind, connections: int) -> Row:
        """All rounds of one kind of request; the first slices warm up and are not counted."""
        if not kind.once:
            self._slice(self.server, kind, connections, min(self.seconds, 1.0))
        self._slice(self.hello, Kind("hello", HELLO), connections, min(self.seconds, 0.5))
        slices, ratios = [], []
        share = -(-len(kind.requests) // self.rounds)
        for number in range(self.rounds):
            part = Kind(kind.name, kind.requests[number * share : (number + 1) * share], True) if kind.once else kind
            before = self.baseline(connections)
            found = self._slice(self.server, part, connections, self.seconds)
            after = self.baseline(connections)
            slices.append(found)
            hello = mean((before.cpu_ms, after.cpu_ms))
            ratios.append(found.cpu_ms / hello if hello else 0.0)
        return _row(kind.name, connections, slices, ratios)

    def noise(self) -> dict[str, object]:
        """How calm the machine was: the baseline's own spread over the run."""
        costs = [found.cpu_ms for found in self.baselines if found.cpu_ms]
        rates = [found.rate for found in self.baselines]
        return {
            **machine(),
            "baseline_cpu_ms": {"least": least(costs), "median": middle(costs), "most": round(max(costs, default=0.0), 4)},
            "baseline_rate": {"least": least(rates), "median": middle(rates), "most": round(max(rates, default=0.0), 4)},
        }


def least(values: Sequence[float]) -> float:
    """The smallest value, rounded; 0 for none."""
    return round(min(values, default=0.0), 4)


def middle(values: Sequence[float]) -> float:
    """The median, rounded; 0 for none."""
    return round(median(values), 4) if values else 0.0


def _row(name: str, connections: int, slices: Sequence[Slice], ratios: Sequence[float]) -> Row:
    statuses: dict[str, int] = {}
    for found in slices:
        for status, count in found.result.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    answers = sum(found.result.requests for found in slices)
    return Row(
        name, connections, answers, middle([found.cpu_ms for found in slices]), least([found.cpu_ms for found in slices]),
        middle(ratios), middle([found.rate for found in slices]), middle([found.result.p50_ms for found in slices]),
        middle([found.result.p95_ms for found in slices]), round(sum(f.result.bytes for f in slices) / max(1, answers) / 1024, 2),
        statuses, sum(found.result.errors for found in slices), target_of(name), is_met(name, middle(ratios)),
    )  # fmt: skip


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table, numbers right-aligned."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(heads, *cells, strict=True)]
    marks = ["-" * width if number == 0 else "-" * (width - 1) + ":" for number, width in enumerate(widths)]

    def line(texts: Sequence[str]) -> str:
        padded = [t.ljust(w) if number == 0 else t.rjust(w) for number, (t, w) in enumerate(zip(texts, widths, strict=True))]
        return f"| {' | '.join(padded)} |"

    return "\n".join((line(heads), line(marks), *map(line, cells)))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _shown(target: float | None) -> object:
    return "-" if target is None else target


def yes_or_no(met: bool | None) -> str:
    """A verdict in a table."""
    return "-" if met is None else "yes" if met else "NO"


HEADS = (
    "page",
    "conns",
    "CPU ms/req",
    "least",
    "x hello",
    "target",
    "met",
    "req/s",
    "p50 ms",
    "p95 ms",
    "KiB",
    "SQL",
    "n",
    "not as expected",
)


def page_table(rows: Sequence[Row], statements: dict[str, int], expected: Sequence[str] = ("200", "304", "303", "ok")) -> str:
    """The table of pages: medians over the rounds."""
    lines = []
    for row in rows:
        odd = sum(count for status, count in row.statuses.items() if status not in expected) + row.errors
        lines.append(
            (row.name, row.connections, row.cpu_ms, row.cpu_ms_least, row.ratio, _shown(row.target), yes_or_no(row.met), row.rate,
             row.p50_ms, row.p95_ms, row.kib,
             statements.get(row.name, "-"), row.requests, odd)
        )  # fmt: skip
    return table(HEADS, lines)
