"""Commands about what search engines get."""

import json
import sys
from collections import Counter

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.core.settings import Settings
from app.pages.addresses import KINDS, every_address
from app.pages.audit import Finding
from app.pages.auditing import Cell, audit_site, count_decisions
from app.pages.crawling import Crawl
from app.pages.reasons import KIND_LABELS, REASONS

seo = AppGroup("seo", help="What search engines get, and why.")


@seo.command("audit")
@click.option("--crawl", is_flag=True, help="Follow every link like a search engine, and prove that pages keep what was decided.")
@click.option("--most", default=5_000, show_default=True, type=click.IntRange(1), help="How many addresses to crawl at most.")
@click.option("--list", "is_list", is_flag=True, help="Print each address with what was decided about it, and why.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def audit_command(crawl: bool, most: int, is_list: bool, is_json: bool) -> None:
    """Count what is indexed and in the sitemap, and why. Ends with 1 when something is found wrong."""
    settings: Settings = current_app.extensions["settings"]
    if is_list:
        _print_addresses(is_json)
        return
    counts = count_decisions()
    findings, found = _crawl(settings.base_url, most) if crawl else ([], Crawl(settings.base_url))
    if is_json:
        rows = [{"check": one.check, "path": one.path, "words": one.words} for one in findings]
        facts = {"decisions": _as_rows(counts), "crawled": len(found.found), "complete": found.is_complete, "findings": rows}
        click.echo(json.dumps(facts, indent=1))
    else:
        _print_counts(counts)
        for one in findings:
            click.echo(f"{one.check:>15}  {one.path}: {one.words}")
        if crawl:
            more = "" if found.is_complete else " (there are more: --most)"
            click.echo(f"{len(found.found):,} addresses visited{more}, {len(findings):,} things wrong.")
    if findings:
        sys.exit(1)


def _crawl(base_url: str, most: int) -> tuple[list[Finding], Crawl]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with click.progressbar(length=1, label="Crawling", file=sys.stderr) as bar:

        def progress(done: int, known: int) -> None:
            bar.length = min(known, most)
            bar.update(done - bar.pos)

        return audit_site(app, base_url, most=most, progress=progress)


def _as_rows(counts: dict[str, Counter[Cell]]) -> list[dict[str, object]]:
    return [
        {"kind": kind, "reason": str(why), "indexed": indexed, "sitemap": listed, "count": number}
        for kind, cells in counts.items()
        for (why, indexed, listed), number in cells.most_common()
    ]


def _print_counts(counts: dict[str, Counter[Cell]]) -> None:
    for kind, cells in counts.items():
        click.echo(f"{KIND_LABELS[kind]}: {cells.total():,}")
        for (why, indexed, listed), number in cells.most_common():
            state = "index, sitemap" if listed else "index" if indexed else "noindex"
            click.echo(f"  {number:>8,}  {state:<15} {REASONS[why]}")


def _print_addresses(is_json: bool) -> None:
    for kind in KINDS:
        for one in every_address(kind):
            contract, path = one.contract, one.address.path
            if is_json:
                row = {"path": path, "status": contract.status, "indexed": contract.is_indexable, "sitemap": contract.in_sitemap}
                row |= {"reason": str(contract.reason), "canonical": contract.canonical or path, "data": list(contract.data)}
                click.echo(json.dumps(row, ensure_ascii=False))
            else:
                state = "sitemap" if contract.in_sitemap else "index" if contract.is_indexable else "noindex"
                click.echo(f"{state:<8} {contract.status} {contract.reason:<14} {path}")
