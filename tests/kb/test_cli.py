"""`threadwell promotions scan`."""

from __future__ import annotations

from flask import Flask

from tests.kb.samples import make_solved


def test_the_scan_prints_the_best_candidates_with_reasons(app: Flask):
    make_solved("Why does the loud pump hum?", views=5000)
    make_solved("Why does the quiet pump hum?", views=100)
    result = app.test_cli_runner().invoke(args=["promotions", "scan", "--top", "1"])
    assert result.exit_code == 0, result.output
    assert "2 threads read, 2 are worth an article, 0 no longer are." in result.output
    assert "Why does the loud pump hum?" in result.output and "5,000 views in 30 days, 1 confirmed" in result.output
    assert "quiet" not in result.output


def test_an_empty_site_is_told_what_is_missing(app: Flask):
    result = app.test_cli_runner().invoke(args=["promotions", "scan"])
    assert result.exit_code == 0 and "Nothing is proposed" in result.output
