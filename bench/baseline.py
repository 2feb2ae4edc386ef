"""Serves the bare page (bench/hello.py) by granian, with as many threads as Threadwell has: what is left when an application does nothing.

    python bench/baseline.py PORT [WORKERS]

The denominator of every ratio is the same page under gunicorn's plain (sync) workers, as many as ours. granian spends a half to a third
of that, because it keeps connections open.
"""

import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app.serving import WORKING_WITH_SQLITE


def main() -> None:
    """Serve until stopped."""
    port, workers = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    Granian(
        "bench.hello:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=2 * WORKING_WITH_SQLITE,
        websockets=False,
        working_dir=Path(__file__).resolve().parents[1],
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
