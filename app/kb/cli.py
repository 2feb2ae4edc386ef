"""Commands of the knowledge base: scanning for threads worth an article."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.core.actor import SYSTEM
from app.core.settings import Settings
from app.kb.jobs import count_threads, scan
from app.kb.models import CandidateState
from app.kb.queries.candidates import list_candidates

promotions = AppGroup("promotions", help="Look for threads worth an article.")


@promotions.command("scan")
@click.option("--top", default=10, show_default=True, type=click.IntRange(0, 100), help="How many of the best to print.")
def scan_command(top: int) -> None:
    """Score all threads and print the best. Refreshes the queue of candidates; decisions of curators are kept."""
    settings: Settings = current_app.extensions["settings"]
    with click.progressbar(length=max(1, count_threads()), label="Scanning threads") as bar:
        report = scan(settings, bar.update)
    click.echo(f"{report.read:,} threads read, {report.proposed:,} are worth an article, {report.dropped:,} no longer are.")
    if not top:
        return
    rows = list_candidates(SYSTEM, state=CandidateState.PROPOSED, per_page=top).items
    for number, row in enumerate(rows, start=1):
        click.echo(f"{number:3}. {row.score:5.1f}  {row.title}")
        click.echo(f"            {row.headline}")
    if not rows:
        click.echo("Nothing is proposed: no thread has enough readers and a good answer yet.")
