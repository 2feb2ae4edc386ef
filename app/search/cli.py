"""Commands for the search index: rebuild it, check it."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from app.search import sync
from app.search.engines import current_engine
from app.search.engines.base import IndexBusy


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Write the search index anew. Search goes on with the old one until the new one is complete."""
    try:
        with click.progressbar(length=1, label="Indexing") as bar:

            def show(done: int, total: int) -> None:
                bar.length = max(1, total)
                bar.update(done - bar.pos)

            count = sync.rebuild(show)
            bar.update((bar.length or 1) - bar.pos)
    except IndexBusy as error:
        raise click.ClickException("Another rebuild is running; please wait until it is done.") from error
    click.echo(f"{count:,} threads and articles are searchable.")


search_group = AppGroup("search", help="Look after the search index.")


@search_group.command("verify")
def verify() -> None:
    """Compare the index with the database; differences are queued for repair."""
    if sync.needs_rebuild():
        click.echo("The index is missing, outdated or worn: please run `threadwell reindex`.")
    report = sync.verify()
    click.echo(f"{report.indexed:,} documents are indexed.")
    if report.is_complete:
        click.echo("Index and database agree.")
        return
    click.echo(f"{len(report.missing):,} missing and {len(report.surplus):,} surplus documents are queued for repair.")
    for key in (*report.missing, *report.surplus)[:20]:
        click.echo(f"  {key}")


@search_group.command("status")
def status() -> None:
    """Show what the index holds."""
    stats = current_engine().stats()
    click.echo(f"engine      {stats.engine}{'' if stats.is_fast else ' (slow fall-back)'}")
    click.echo(f"documents   {stats.documents:,} ({stats.deleted:,} deleted ones not merged away yet)")
    click.echo(f"segments    {stats.segments}")
    click.echo(f"size        {stats.bytes / 2**20:,.1f} MiB")
    click.echo(f"generation  {stats.generation or 'none'}{' - needs a rebuild' if stats.is_stale else ''}")
