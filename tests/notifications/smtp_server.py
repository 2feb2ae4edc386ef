"""A real mail server for tests (aiosmtpd) in a thread of its own, that can be told to refuse, stall or hang up."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

STALL = "stall"
HANG_UP = "hang up"


@dataclass
class MailServer:
    """What the server heard, and how it shall behave.

    `refuse` maps a command to the answer it gets instead, or to STALL (no answer at all) or HANG_UP (the connection breaks; after
    DATA in the middle of the mail). `logins` are pairs of user and password.
    """

    port: int = 0
    commands: list[str] = field(default_factory=list)
    mails: list[Envelope] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        self.secure.append(session.ssl is not None)
        return "250 taken"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)


class Server(SMTP):
    """aiosmtpd's server with our `state` in front of each command."""

    def __init__(self, state: MailServer, **options: Any) -> None:
        self.state = state
        super().__init__(state, **options)
        self._smtp_methods = {name: partial(self._obey, name, method) for name, method in self._smtp_methods.items()}

    async def _obey(self, verb: str, method: Callable[[str | None], Any], arg: str | None) -> None:
        self.state.commands.append(f"{verb} {arg or ''}".strip())
        answer = self.state.refuse.get(verb)
        if answer is None:
            await method(arg)
        elif answer == STALL:
            await asyncio.sleep(30)
        elif answer == HANG_UP:
            if verb == "DATA":
                await self.push("354 go on")
                await self._reader.readline()
            self.transport.abort()
        else:
            await self.push(answer)
            if answer.startswith("421"):
                self.transport.close()


@contextmanager
def smtp_server(
    with_login: bool = False, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, **values: Any
) -> Iterator[MailServer]:
    """Run a server on a free port of this machine; `tls` from the first byte, `starttls` on request."""
    state = MailServer(**values)
    loop = asyncio.new_event_loop()
    options: dict[str, Any] = {"hostname": "test", "loop": loop, "tls_context": starttls, "enable_SMTPUTF8": True}
    if with_login:
        options |= {"authenticator": state.authenticate, "auth_require_tls": starttls is not None}
    server = loop.run_until_complete(loop.create_server(partial(Server, state, **options), "127.0.0.1", 0, ssl=tls))
    state.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def make_certificate(folder: Path) -> tuple[ssl.SSLContext, Path] | None:
    """Return a server's TLS context for this machine and the file of its certificate; None without the openssl command."""
    command = shutil.which("openssl")
    if command is None:
        return None
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            command, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout", key, "-out", certificate, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate
