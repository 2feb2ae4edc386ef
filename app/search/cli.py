"""Commands for the search index: rebuild it, check it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import AppGroup, with_appcontext

from app.search import sync
from app.search.engines import current_engine
from app.search.engines.base import IndexBusy, IndexFull

T = TypeVar("T")


def _with_progress(label: str, work: Callable[[sync.Progress], T]) -> T:
    """Run something that tells how far it is, behind a bar on a terminal."""
    with click.progressbar(length=1, label=label) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(1, total)
            bar.update(done - bar.pos)

        result = work(show)
        bar.update((bar.length or 1) - bar.pos)
    return result


def rebuild_index() -> int:
    """Write the index anew behind a bar and return how many documents it holds. Raises ClickException when that cannot be now."""
    try:
        return _with_progress("Indexing", sync.rebuild)
    except IndexBusy as error:
        raise click.ClickException("Another rebuild is running; please wait until it is done.") from error
    except IndexFull as error:
        raise click.ClickException(str(error.strerror or error)) from error


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Write the search index anew. Search goes on with the old one until the new one is complete."""
    click.echo(f"{rebuild_index():,} threads and articles are searchable.")


search_group = AppGroup("search", help="Look after the search index.")


@search_group.command("verify")
def verify() -> None:
    """Compare the index with the database and queue repairs."""
    if sync.request_rebuild_if_stale():
        click.echo("The index is missing, damaged or outdated. A rebuild is queued; `threadwell reindex` does it now.")
        return
    if sync.needs_rebuild():
        click.echo("The index is worn by many small changes; `threadwell reindex` renews it, or the next night does.")
    report = _with_progress("Comparing", lambda show: sync.verify(progress=show))
    click.echo(f"{report.indexed:,} documents are indexed.")
    if report.is_complete:
        click.echo("Index and database agree.")
        return
    click.echo(
        f"Queued for repair: {len(report.missing):,} missing, {len(report.surplus):,} surplus and"
        f" {len(report.outdated):,} outdated documents."
    )
    for key in report.wrong[:20]:
        click.echo(f"  {key}")


@search_group.command("status")
def status() -> None:
    """Show what the index holds."""
    stats, waiting = current_engine().stats(), sync.what_stops()
    click.echo(f"engine      {stats.engine}{'' if stats.is_fast else ' (slow fall-back)'}")
    click.echo(f"documents   {stats.documents:,} ({stats.deleted:,} deleted ones not merged away yet)")
    click.echo(f"segments    {stats.segments}")
    click.echo(f"size        {stats.bytes / 2**20:,.1f} MiB")
    click.echo(f"generation  {stats.generation or 'none'}{' - needs a rebuild' if stats.is_stale else ''}")
    if waiting:
        click.echo(f"waiting     {waiting}")
