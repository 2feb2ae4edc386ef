"""A real server for tests: the command that operators run, on a free port, with an instance folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from tests.server.commands import run_command

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [str(Path(sys.executable).parent / "threadwell")]
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One running installation. `start` waits until it answers; `kill` is SIGKILL to the whole process group."""

    instance: Path
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "TEST_DATABASE", "MAIL_URL")}
        own = {
            "INSTANCE_PATH": str(self.instance),
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "LOG_LEVEL": "WARNING",
            "SIGNUP_SECONDS": "0",
        }
        return {**clean, **own, **self.extra}

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a command of the installation and return what it printed."""
        code, out, err = run_command(list(arguments), self.environ, given=given)
        assert code == 0, f"{arguments}: {out}\n{err}"
        return out

    def start(self) -> Server:
        log = (self.instance / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*COMMAND, "serve"], env=self.environ, cwd="/", stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return self
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise AssertionError((self.instance / "server.log").read_text()[-3000:]) from None
                time.sleep(0.1)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            self.process.wait(timeout=40)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        self._signal(signal.SIGTERM)


class Visitor:
    """A small HTTP client with cookies, for talking to a real server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.jar = CookieJar()
        handlers = [urllib.request.HTTPCookieProcessor(self.jar)]
        self.opener = urllib.request.build_opener(*handlers)
        self.opener.addheaders = [("User-Agent", AGENT)]

    def fetch(self, path: str, data: dict[str, str] | None = None, timeout: float = 20) -> tuple[int, str, str]:
        """Return (status, final address, text); errors are answers too."""
        body = urlencode(data).encode() if data is not None else None
        try:
            with self.opener.open(self.server.url + path, data=body, timeout=timeout) as answer:
                return answer.status, answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.geturl(), error.read().decode(errors="replace")

    def token(self, path: str) -> str:
        _status, _url, text = self.fetch(path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text) or re.search(
            r'name="csrf-token" content="([^"]+)"', text
        )
        assert found, f"no token on {path}: {text[:500]}"
        return found.group(1)

    def sign_up(self, name: str, password: str = "a-long-enough-password-9") -> Visitor:
        data = {"csrf_token": self.token("/signup"), "name": name, "email": f"{name}@example.com", "password": password}
        status, url, text = self.fetch("/signup", data)
        assert status == 200 and "/signup" not in url, f"sign-up failed: {status} {url} {text[:3000]}"
        return self

    def sign_in(self, name: str, password: str) -> Visitor:
        data = {"csrf_token": self.token("/login"), "login": name, "password": password}
        status, url, text = self.fetch("/login", data)
        assert status == 200 and "/login" not in url, f"sign-in failed: {status} {text[:2000]}"
        return self


def open_category(server: Server) -> None:
    """Give a prepared site one category that everybody may write in."""
    with sqlite3.connect(server.instance / "threadwell.sqlite3") as connection:
        connection.execute(
            "INSERT INTO category (slug, name, description, position, audience, needs_approval, thread_count)"
            " VALUES ('help', 'Help', '', 1, 'public', 0, 0)"
        )


def ask(person: Visitor, title: str) -> tuple[int, str, str]:
    """Post a question through the form; return (status, final address, text)."""
    token = person.token("/ask")
    text = person.fetch("/ask")[2]
    category = re.search(r'<option[^>]*value="(\d+)"', text)
    assert category, text[:2000]
    data = {
        "csrf_token": token,
        "title": title,
        "body": "The pump hums, but no water comes out of it.",
        "category": category.group(1),
        "tags": "pump",
    }
    return person.fetch("/ask", data)
