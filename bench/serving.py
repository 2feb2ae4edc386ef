"""Starts real servers for measurements on free ports of the loopback, and stops them by their own process ids."""

import compileall
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from bench import processes
from bench.generating import PASSWORD

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
SETTLE_SECONDS = 300.0
# The first work on a new site pauses for two seconds again and again (forum.relate): quiet is what is quiet for longer.
LOOKS_AT_START = 10
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
READING = {"User-Agent": AGENT, "Accept": "text/html,*/*", "Accept-Encoding": "gzip"}
_OWN_SETTINGS = ("DATABASE_URL", "REDIS_URL", "MAIL_URL", "SECRET_KEY", "BASE_URL")
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"|name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """One answer to the small client below."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        """The first header of that name, or ''."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def cookie(self) -> str:
        """The Cookie header that a browser sends after this answer, or ''."""
        return "; ".join(value.split(";", 1)[0] for key, value in self.headers if key.lower() == "set-cookie")


@dataclass
class Server:
    """A running server. `started_cpu` is what its tree had used when it gave its first page, `settled_cpu` when it fell quiet."""

    port: int
    process: subprocess.Popen[bytes]
    started_cpu: float = 0.0
    settled_cpu: float = 0.0
    started_seconds: float = 0.0

    @property
    def cpu(self) -> float:
        """CPU seconds of the whole tree so far."""
        return processes.cpu_seconds([self.process.pid])

    def ask(self, path: str, headers: dict[str, str] | None = None, form: dict[str, str] | None = None) -> Answer:
        """One request; redirects are answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        sent = {"User-Agent": AGENT, **(headers or {})}
        try:
            if form is None:
                connection.request("GET", path, headers=sent)
            else:
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", path, urlencode(form), {**sent, **kind})
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read().decode(errors="replace"))
        finally:
            connection.close()


@dataclass(frozen=True)
class SignedIn:
    """A session: the Cookie header and the token that forms need."""

    cookie: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a page view with this session."""
        return {**READING, "Cookie": self.cookie}


def fetch(port: int, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """One GET: status, headers by lower-case name, and the bytes as they came."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def site_environ(instance: Path, port: int, workers: int = 1, **settings: str) -> dict[str, str]:
    """The environment of an installation for measuring: rate limits and those on writing fast off, background work inside."""
    clean = {key: value for key, value in os.environ.items() if key not in _OWN_SETTINGS}
    own = {"INSTANCE_PATH": str(instance), "PORT": str(port), "HOST": HOST, "WORKERS": str(workers), "RATE_LIMITS": "off"}
    # Writers of the measurement are no people: nothing they post waits because of how fast or how alike they write.
    own |= {"SCREENING_PACE": "0", "SCREENING_REPEATS": "0", "NEW_MEMBER_TEXTS": "0", "NEW_MEMBER_HOURS": "0"}
    return {**clean, **own, "JOBS": "inline", "LOG_LEVEL": "WARNING", "BASE_URL": f"http://{HOST}:{port}", **settings}


@contextmanager
def threadwell(environ: dict[str, str], log: Path, first: str = "/") -> Iterator[Server]:
    """The command that operators run, until the block ends. The block begins when the daily jobs of the first start are done."""
    compile_modules()
    command = [str(Path(sys.executable).parent / "threadwell"), "serve"]
    with log.open("ab") as output, _running(command, environ, int(environ["PORT"]), output, first) as server:
        server.settled_cpu = processes.settled_cpu([server.process.pid], SETTLE_SECONDS, looks=LOOKS_AT_START)
        yield server


def start_cpu(environ: dict[str, str], log: Path, workers: int, first: str = "/") -> float:
    """CPU seconds of the whole tree from the command to the first page, with so many workers, on an instance that exists."""
    command = [str(Path(sys.executable).parent / "threadwell"), "serve"]
    port = free_port()
    environ = {**environ, "PORT": str(port), "WORKERS": str(workers)}
    with log.open("ab") as output, _running(command, environ, port, output, first) as server:
        return server.started_cpu


def compile_modules() -> None:
    """Compile our modules, as an installation of the package does and a folder of sources may not have been."""
    compileall.compile_dir(ROOT / "app", quiet=2)


@contextmanager
def baseline(workers: int, log: Path, under: str = "gunicorn") -> Iterator[Server]:
    """The bare page under gunicorn's plain workers or under granian, as many as ours, until the block ends."""
    port = free_port()
    if under == "granian":
        command = [sys.executable, "-m", "bench.baseline", str(port), str(workers)]
    else:
        place = f"{HOST}:{port}"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--workers",
            str(workers),
            "--bind",
            place,
            "--log-level",
            "warning",
            "bench.hello:app",
        ]
    with log.open("ab") as output, _running(command, dict(os.environ), port, output, "/") as server:
        yield server


@contextmanager
def _running(command: list[str], environ: dict[str, str], port: int, output: IO[bytes], first: str) -> Iterator[Server]:
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
    server = Server(port, process)
    try:
        _wait_for(server, first, output.name)
        server.started_cpu, server.started_seconds = server.cpu, time.monotonic() - begun
        yield server
    finally:
        _stop(process)


def _wait_for(server: Server, path: str, log: str) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            if server.ask(path).status == 200:
                return
        except OSError:
            pass
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not come up:\n{Path(log).read_text(errors='replace')[-3000:]}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and its workers: they are in a process group of their own."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def token_in(answer: Answer) -> str:
    """The token of the forms on a page. Raises RuntimeError where there is none."""
    found = _TOKEN.search(answer.text)
    if found is None:
        raise RuntimeError(f"There is no form token on the page: {answer.status} {answer.text[:500]}")
    return found[1] or found[2]


def sign_in(server: Server, name: str, password: str = PASSWORD) -> SignedIn:
    """Sign in through the page, as people do."""
    page = server.ask("/login")
    form = {"csrf_token": token_in(page), "login": name, "password": password}
    answer = server.ask("/login", {"Cookie": page.cookie}, form)
    if answer.status != 303 and answer.status != 302:
        raise RuntimeError(f"Signing in failed: {answer.status} {answer.text[:1000]}")
    settings = server.ask("/settings/profile", {"Cookie": answer.cookie})
    return SignedIn(settings.cookie or answer.cookie, token_in(settings))
