"""Lines of the log."""

from __future__ import annotations

import logging
import time

import pytest

from app.core.logs import KeyValueFormatter


def test_the_time_of_a_line_is_utc_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        record = logging.makeLogRecord({"name": "app.x", "msg": "it.happened", "levelname": "INFO", "created": 0.0, "jobs": 2})
        assert KeyValueFormatter().format(record) == "1970-01-01T00:00:00Z info app.x it.happened jobs=2"
    finally:
        monkeypatch.undo()
        time.tzset()
