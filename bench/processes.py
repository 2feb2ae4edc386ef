"""What the operating system says of a process tree and of the machine: CPU, memory, load. Reads /proc, so Linux only."""

import os
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name (which may hold spaces), from the state on; [] for a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def tree(roots: Iterable[int]) -> list[int]:
    """The processes in `roots` that live, and all their descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _fields(int(entry))):
            children[int(fields[1])].append(int(entry))
    found: list[int] = []
    waiting = [pid for pid in roots if _fields(pid)]
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.append(pid)
            waiting += children[pid]
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of the trees, with children that ended and were waited for."""
    return sum(sum(map(int, fields[11:15])) for pid in tree(roots) if (fields := _fields(pid))) / TICK


def pss_mib(roots: Iterable[int]) -> float:
    """Memory of the trees in MiB; pages that processes share are counted once."""
    total = 0
    for pid in tree(roots):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def settled_cpu(roots: Iterable[int], patience: float = 60.0, looks: int = 3) -> float:
    """CPU seconds of the trees once they have been quiet for so many looks: background work is done. At most `patience`.

    BENCH_LOOK_EVERY: seconds between two looks (half a second), for runs whose figures nobody reads.
    """
    every = float(os.environ.get("BENCH_LOOK_EVERY", "0.5"))
    roots = list(roots)
    last, quiet, end = cpu_seconds(roots), 0, time.monotonic() + patience
    while quiet < looks and time.monotonic() < end:
        time.sleep(every)
        current = cpu_seconds(roots)
        quiet = quiet + 1 if current - last < 0.02 else 0
        last = current
    return last


def machine() -> dict[str, object]:
    """The machine in words without a name or a date."""
    return {"cores": os.cpu_count(), "load_average": [round(load, 2) for load in os.getloadavg()]}
