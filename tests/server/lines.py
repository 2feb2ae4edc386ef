"""Kept-alive connections to a real server, of which it is known which of its processes answers."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.server.running import AGENT, Server


@dataclass(frozen=True)
class Answer:
    """One answer: `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Line:
    """One connection. All its requests are answered by one process of the server."""

    def __init__(self, server: Server, cookie: str = "", **headers: str) -> None:
        self.server, self.cookie = server, cookie
        self._headers = {"User-Agent": AGENT, **headers}
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def get(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """One request on this connection. Redirects are answers; headers are written with underscores."""
        own = {"Cookie": self.cookie} if self.cookie else {}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body, {**self._headers, **own, **given})
        answer = self._connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, answer.read())

    @property
    def process(self) -> int:
        """The id of the process at the other end, as the system tells."""
        if self._connection.sock is None:
            self.get("/healthz")
        port: int = self._connection.sock.getsockname()[1]
        return _holder(self.server, port)

    def figure(self, name: str) -> int:
        """A figure of /metrics, of the process of this line."""
        lines = self.get("/metrics").text.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"threadwell_{name} "))

    def close(self) -> None:
        self._connection.close()


def _holder(server: Server, client_port: int) -> int:
    """The process of a server that holds its end of a connection of the loopback."""
    ends = f"0100007F:{server.port:04X}", f"0100007F:{client_port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    held = next(f"socket:[{row[9]}]" for row in rows if (row[1], row[2]) == ends)
    return next(pid for pid, name in _sockets(server) if name == held)


def _sockets(server: Server) -> Iterator[tuple[int, str]]:
    """What the processes of a server have open: they are in a group of their own."""
    assert server.process is not None
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getpgid(int(entry)) == server.process.pid:
                folder = Path("/proc") / entry / "fd"
                yield from ((int(entry), os.readlink(folder / number)) for number in os.listdir(folder))
        except OSError:  # ended meanwhile
            continue


def line_to_each(server: Server, count: int, **headers: str) -> list[Line]:
    """A connection to each of so many processes of a server."""
    found: dict[int, Line] = {}
    spare: list[Line] = []  # held open: a server gives the next connection to another process
    for _try in range(200):
        line = Line(server, **headers)
        other = found.setdefault(line.process, line)
        if other is not line:
            spare.append(line)
        if len(found) == count:
            break
    for line in spare:
        line.close()
    assert len(found) == count, f"only {len(found)} processes answer"
    return list(found.values())
