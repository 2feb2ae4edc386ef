"""The denominator of every ratio: a bare Flask page, under gunicorn's plain (sync) workers, as many as ours.

    python bench/baseline.py PORT [WORKERS]

Run like this it is served by granian, with as many threads as Threadwell has: what is left when an application does nothing. That
costs a half to a third of what gunicorn spends on a bare page, because granian keeps connections open.
"""

import sys
from pathlib import Path

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """The smallest page."""
    return "Hello, world!\n"


def main() -> None:
    """Serve until stopped. Here alone anything of ours is imported: under gunicorn the page is as bare as it can be."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from app.serving import BLOCKING_THREADS

    port, workers = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    Granian(
        "bench.baseline:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        working_dir=Path(__file__).resolve().parents[1],
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
