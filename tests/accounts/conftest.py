"""Fixtures of account tests."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture
def without_tokens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch CSRF tokens off for one test, to post from many addresses without getting the form from each."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
