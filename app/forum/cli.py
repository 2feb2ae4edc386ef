"""Commands of the forum: figures derived anew, and questions that may be duplicates."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.core.actor import SYSTEM
from app.core.settings import Settings
from app.forum.queries.proposals import count_unchecked, list_proposals
from app.forum.services.expecting import refresh_usual_waits
from app.forum.services.proposing import BATCH, compare_again, propose_duplicates
from app.forum.services.recounting import recount_all, recount_others

duplicates = AppGroup("duplicates", help="Look for questions that were asked before.")


@click.command("recount")
def recount_command() -> None:
    """Derive all counts, scores and states anew. Says which were wrong."""
    with click.progressbar(length=1, label="Recounting threads") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        drift = recount_all(progress)
    if waits := refresh_usual_waits():
        drift.wrong["category.usual_answer_minutes"] += waits
    drift.wrong.update(recount_others())
    for name, times in sorted((+drift.wrong).items()):
        click.echo(f"  corrected {name}: {times}")
    click.echo(f"{drift.checked:,} rows checked, {drift.total:,} figures corrected.")


@duplicates.command("scan")
@click.option("--top", default=10, show_default=True, type=click.IntRange(0, 25), help="How many of the likest pairs to print.")
@click.option("--again", is_flag=True, help="Compare all questions, also those that did not change since they were compared.")
def scan_command(top: int, again: bool) -> None:
    """Compare questions with older ones.

    Those that are alike are proposed to moderators, and the likest pairs are printed. Nothing is joined, and what moderators
    decided stays. It may be interrupted and run again.
    """
    settings: Settings = current_app.extensions["settings"]
    if again:
        compare_again()
    compared, proposed, after_id = 0, 0, 0
    with click.progressbar(length=max(1, count_unchecked()), label="Comparing questions") as bar:
        while True:
            done = propose_duplicates(settings.duplicate_min_score / 100, after_id=after_id, limit=BATCH)
            compared, proposed = compared + done.compared, proposed + done.proposed
            bar.update(done.compared)
            if done.next_id is None:
                break
            after_id = done.next_id
    waiting = count_unchecked()
    click.echo(f"{max(0, compared - waiting):,} questions compared, {proposed:,} pairs proposed.")
    if waiting:
        click.echo(f"{waiting:,} questions are not in the search index yet: run `threadwell reindex`, or try again in a moment.")
    _print_pairs(top)


def _print_pairs(top: int) -> None:
    rows = list_proposals(SYSTEM).items[:top] if top else ()
    for number, row in enumerate(rows, start=1):
        click.echo(f"{number:3}. {row.percent:3} %  {row.thread.title}")
        click.echo(f"            as  {row.original.title}")
    if top and not rows:
        click.echo("No pair waits for moderators.")
