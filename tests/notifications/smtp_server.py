"""A mail server of a few lines for tests: takes mails in a thread, or refuses them."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FakeServer:
    """What the server heard. `refuse` maps a command to the answer it gets instead; `extensions` are offered after EHLO."""

    port: int = 0
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()


class Handler(socketserver.StreamRequestHandler):
    """One connection: answers each command from `state`."""

    state: FakeServer

    def answer(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.answer("220 test")
        while line := self.rfile.readline():
            command = line.decode(errors="replace").strip()
            self.state.commands.append(command)
            verb = command.split(" ")[0].upper()
            refusal = self.state.refuse.get(verb)
            self.answer(refusal) if refusal else self.obey(verb)
            if verb == "QUIT" or (refusal or "").startswith("421"):
                return

    def obey(self, verb: str) -> None:
        if verb == "EHLO":
            lines = ["test", *self.state.extensions]
            for text in lines[:-1]:
                self.answer(f"250-{text}")
            self.answer(f"250 {lines[-1]}")
        elif verb == "DATA":
            self.answer("354 go on")
            body = b""
            while not body.endswith(b"\r\n.\r\n"):
                body += self.rfile.readline()
            self.state.mails.append(body[:-3])
            self.answer("250 taken")
        else:
            self.answer({"AUTH": "235 welcome", "QUIT": "221 bye"}.get(verb, "250 ok"))


@contextmanager
def smtp_server(**values: object) -> Iterator[FakeServer]:
    """Run a server on a free port of this machine."""
    state = FakeServer(**values)  # type: ignore[arg-type]
    handler = type("BoundHandler", (Handler,), {"state": state})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join(timeout=5)
