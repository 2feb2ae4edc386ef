"""Commands of the program without the seconds that importing it takes: one process imports it once and forks for every command.

A command runs as it does from a shell: own process, environment, folder and streams, and the same `main`. Servers that go on
running are started for real (tests/server/running.py).
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

# What the process does. It is begun in "/", so that it imports the installed program, as the command does.
FORKING = """
import json, os, signal, sys
from app.cli import main
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
else:
    os._exit(0)
signal.alarm(asked["seconds"])
os.chdir(asked["cwd"])
os.environ.clear()
os.environ.update(asked["environ"])
sys.argv = ["threadwell", *asked["arguments"]]
for number, (name, mode) in enumerate((("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))):
    os.dup2(os.open(asked["folder"] + "/" + name, mode), number)
sys.stdin = open(0, encoding="utf-8", closefd=False)
main()
"""


@cache
def _forker() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKING], cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    atexit.register(process.kill)
    return process


def run_command(
    arguments: list[str], environ: dict[str, str], *, cwd: str = "/", given: str = "", seconds: int = 300
) -> tuple[int, str, str]:
    """Run `threadwell` with arguments; return its exit code, output and errors. After so many seconds it is ended (code -14)."""
    forker = _forker()
    assert forker.stdin is not None and forker.stdout is not None
    with tempfile.TemporaryDirectory(prefix="threadwell-command-") as folder:
        place = Path(folder)
        (place / "in").write_text(given, encoding="utf-8")
        for name in ("out", "err"):
            (place / name).touch()
        asked = {"arguments": arguments, "environ": environ, "cwd": cwd, "folder": folder, "seconds": seconds}
        forker.stdin.write(json.dumps(asked) + "\n")
        forker.stdin.flush()
        code = int(forker.stdout.readline())
        out, err = ((place / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
        return code, out, err
