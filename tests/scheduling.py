"""Which test process runs which files: long files first, so that both processes end together, and one process for the browser.

Files stay whole, because their tests share what is expensive. Says nothing about the order inside a file.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Files that take longer than their number of tests tells, in seconds on an idle machine. Only the order of size matters.
LONG = {
    "tests/browser": 110, "tests/flows/test_every_route.py": 100, "tests/bench/test_bench_runs.py": 70,
    "tests/insights/test_real_community.py": 60, "tests/importing/test_real_dumps.py": 50, "tests/flows/test_canaries.py": 40,
    "tests/server/test_starting.py": 40, "tests/insights/test_reference.py": 30, "tests/importing/test_debian_faq.py": 25,
    "tests/forum/services/test_evidence_model.py": 25, "tests/core/test_markup_hostile.py": 25, "tests/flows/test_import_to_article.py": 25,
    "tests/search/test_relevance.py": 20, "tests/server/test_serving.py": 20, "tests/search/test_whoosh_engine.py": 20,
    "tests/bench/test_duplicates.py": 4, "tests/desk/test_at_once.py": 10,
}  # fmt: skip
SECONDS_OF_A_TEST = 0.05


class LongestFirst(LoadFileScheduling):
    """Like `--dist loadfile`, but for the order of files; all browser tests share one browser and one server."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/browser" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)

    def _seconds_of(self, scope: str) -> float:
        return LONG.get(scope, 0) + len(self.workqueue[scope]) * SECONDS_OF_A_TEST

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give a process the longest file that nobody has yet."""
        self.workqueue.move_to_end(max(self.workqueue, key=self._seconds_of), last=False)
        super()._assign_work_unit(node)
