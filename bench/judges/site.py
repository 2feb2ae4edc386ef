"""The site that is judged: a new installation with the demo community, a session for each role, and what a page is to a judge."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from app.factory import create_app
from bench.serving import HOST, READING, Server, SignedIn, free_port, sign_in, site_environ, threadwell

ROLES = ("visitor", "member", "moderator", "staff", "admin")


@dataclass(frozen=True)
class Page:
    """One page as one role sees it. `kind` is the endpoint, or what it is an example of; `is_refused`: after sending it empty."""

    role: str
    kind: str
    path: str
    html: str
    is_refused: bool = False

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{self.path} (sent empty)" if self.is_refused else self.path


@dataclass(frozen=True)
class Verdict:
    """What one judge says of one page in one setting (a role, a width, a scheme)."""

    judge: str
    page: str
    setting: str
    faults: tuple[str, ...] = ()
    note: str = ""


@dataclass
class Site:
    """The running site, its application for asking what addresses there are, and the sessions of its roles."""

    server: Server
    app: Flask
    sessions: dict[str, SignedIn]
    unseen: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://{HOST}:{self.server.port}"

    def headers(self, role: str) -> dict[str, str]:
        """What a browser of this role sends; answers come as they are, not compressed."""
        plain = {name: value for name, value in READING.items() if name != "Accept-Encoding"}
        return {**plain, "Cookie": self.sessions[role].cookie} if role in self.sessions else plain


@contextmanager
def demo_site(folder: Path) -> Iterator[Site]:
    """Serve a new installation with the demo community until the block ends."""
    environ = site_environ(folder / "instance", free_port(), TRANSPARENCY="on")
    for command in ("init", "demo"):
        program = str(Path(sys.executable).parent / "threadwell")
        subprocess.run([program, command], env=environ, check=True, stdout=subprocess.DEVNULL)
    people = _sign_ins(folder / "instance" / "demo-signins.txt")
    with threadwell(environ, folder / "server.log") as server:
        sessions = {role: sign_in(server, name, password) for role, (name, password) in people.items()}
        yield Site(server, create_app(environ=environ), sessions)


def _sign_ins(file: Path) -> dict[str, tuple[str, str]]:
    """Name and password of the first person of each role."""
    lines = [line.split() for line in file.read_text().splitlines()]
    return {line[0]: (line[1], line[2]) for line in reversed(lines) if len(line) == 3 and line[0] in ROLES}
