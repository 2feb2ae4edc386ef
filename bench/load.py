"""A closed loop of HTTP requests over kept-alive connections, in a process of its own. Loopback only.

    python bench/load.py PLAN.json
    python bench/load.py - < PLANS

PLAN: {"port", "connections", "seconds", "requests": [{"method", "path", "headers", "body"}], "once", "client"}. Each connection
sends its next request when the answer to the last one is complete. With `once` every request is sent at most once (writes).
Prints one JSON object a plan: requests, seconds, bytes, p50_ms, p95_ms, statuses, errors. `client` is "python" (standard library), "wrk" (if
installed), or "auto": wrk for reading, Python for writing. PLANS are plans of one line each, run as they
come: `put_load` starts such a process once, and ends it with itself.
"""

import asyncio
import contextlib
import json
import random
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True)
class Request:
    """One request; `headers` in addition to Host and the length of the body."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @staticmethod
    def form(fields: dict[str, str]) -> str:
        """The body of a form."""
        return urlencode(fields)

    def encoded(self, port: int) -> bytes:
        """The bytes on the wire."""
        body = self.body.encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {HOST}:{port}", *(f"{k}: {v}" for k, v in self.headers.items())]
        if self.method != "GET":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Result:
    """What a run of load saw. Latencies in milliseconds; `bytes` as received, with headers."""

    requests: int = 0
    seconds: float = 0.0
    bytes: int = 0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    errors: int = 0


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the sorted values lie; 0 without values."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, int, bool]:
    """Send one request and return (status, bytes of the answer, whether the server then hangs up)."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status, is_last = int(head[9:12]), b"\r\nconnection: close" in head.lower()
    if status in _BODILESS:
        return status, len(head), is_last
    if found := _LENGTH.search(head):
        length = int(found[1])
        if length:
            await reader.readexactly(length)
        return status, len(head) + length, is_last
    size = len(head)
    while True:  # chunks
        line = await reader.readuntil(b"\r\n")
        length = int(line, 16) + 2
        await reader.readexactly(length)
        size += len(line) + length
        if length == 2:
            return status, size, is_last


class _Run:
    """One run of the Python client."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.port, self.once = plan["port"], plan["once"]
        self.requests = [Request(**request).encoded(self.port) for request in plan["requests"]]
        self.seconds, self.connections = plan["seconds"], plan["connections"]
        self.sent, self.times, self.statuses = 0, list[float](), Counter[str]()
        self.bytes = self.errors = 0
        self.end = 0.0

    def _next(self, order: random.Random) -> bytes | None:
        if time.perf_counter() >= self.end:
            return None
        if not self.once:
            return order.choice(self.requests)
        self.sent += 1
        return self.requests[self.sent - 1] if self.sent <= len(self.requests) else None

    async def _loop(self, number: int) -> None:
        order = random.Random(number)
        reader, writer = await asyncio.open_connection(HOST, self.port, limit=2**20)
        while request := self._next(order):
            begun = time.perf_counter()
            try:
                status, size, is_last = await asyncio.wait_for(_exchange(reader, writer, request), 60)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                self.errors += 1
                writer.close()
                reader, writer = await asyncio.open_connection(HOST, self.port, limit=2**20)
                continue
            self.times.append(time.perf_counter() - begun)
            self.statuses[str(status)] += 1
            self.bytes += size
            if is_last:
                writer.close()
                reader, writer = await asyncio.open_connection(HOST, self.port, limit=2**20)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def run(self) -> Result:
        begun = time.perf_counter()
        self.end = begun + self.seconds
        await asyncio.gather(*(self._loop(number) for number in range(self.connections)))
        seconds = time.perf_counter() - begun
        times = sorted(self.times)
        p50, p95 = percentile(times, 0.5) * 1000, percentile(times, 0.95) * 1000
        return Result(len(times), seconds, self.bytes, p50, p95, dict(self.statuses), self.errors)


_WRK = """
local lines = {}
function init(args)
  math.randomseed(7)
  for path in io.lines(args[1]) do lines[#lines + 1] = wrk.format("GET", path, HEADERS) end
end
function request() return lines[math.random(#lines)] end
function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  local shape = '{"requests": %d, "seconds": %f, "bytes": %d, "p50_ms": %f, "p95_ms": %f, "refused": %d, "errors": %d}'
  io.write(string.format('\\nFOUND ' .. shape .. '\\n', summary.requests,
    summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    summary.errors.status, failed))
end
"""


def _by_wrk(plan: dict[str, Any]) -> Result:
    headers = plan["requests"][0].get("headers", {})
    quoted = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items())
    with tempfile.TemporaryDirectory() as folder:
        paths, script = Path(folder, "paths"), Path(folder, "random.lua")
        paths.write_text("".join(f"{request['path']}\n" for request in plan["requests"]))
        script.write_text(f"local HEADERS = {{{quoted}}}\n{_WRK}")
        sizes = ["-t1", f"-c{plan['connections']}", f"-d{max(1, round(plan['seconds']))}s", "--timeout", "60s"]
        command = ["wrk", *sizes, "-s", str(script), f"http://{HOST}:{plan['port']}", "--", str(paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.split("FOUND ", 1)[1])
    refused = found.pop("refused")
    statuses = {"ok": found["requests"] - refused, **({"4xx or 5xx": refused} if refused else {})}
    return Result(statuses=statuses, **found)


def can_use_wrk(plan: dict[str, Any]) -> bool:
    """Whether wrk can run a plan: plain reading with the same headers for all requests, for a second at least."""
    requests = plan["requests"]
    alike = all(r.get("method", "GET") == "GET" and r.get("headers") == requests[0].get("headers") for r in requests)
    return alike and not plan["once"] and plan["seconds"] >= 1 and shutil.which("wrk") is not None


def run_plan(plan: dict[str, Any]) -> Result:
    """Run a plan in this process."""
    client = plan["client"]
    if client == "wrk" or (client == "auto" and can_use_wrk(plan)):
        return _by_wrk(plan)
    return asyncio.run(_Run(plan).run())


def put_load(
    port: int, requests: list[Request], *, connections: int, seconds: float, once: bool = False, client: str = "auto"
) -> Result:
    """Run a plan in the process for load and return what it saw."""
    plan = {"port": port, "connections": connections, "seconds": seconds, "once": once, "client": client}
    sender, receiver = _generator()
    sender.write(json.dumps({**plan, "requests": [asdict(request) for request in requests]}) + "\n")
    sender.flush()
    if not select.select([receiver], [], [], seconds * 3 + 300)[0] or not (line := receiver.readline()):
        raise RuntimeError("The load generator failed or hangs; what it said is above.")
    return Result(**json.loads(line))


@cache
def _generator() -> tuple[IO[str], IO[str]]:
    """Both ends of the process for load: it ends when nobody holds them any more."""
    process = subprocess.Popen([sys.executable, __file__, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The load generator has no pipes.")
    return process.stdin, process.stdout


def main() -> None:
    for plan in sys.stdin if sys.argv[1] == "-" else [Path(sys.argv[1]).read_text()]:
        print(json.dumps(asdict(run_plan(json.loads(plan)))), flush=True)


if __name__ == "__main__":
    main()
