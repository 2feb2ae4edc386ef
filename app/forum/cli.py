"""Commands of the forum."""

import click

from app.forum.services.expecting import refresh_usual_waits
from app.forum.services.recounting import recount_all


@click.command("recount")
def recount_command() -> None:
    """Derive all counts, scores and states anew from what people wrote, and say which were wrong."""
    with click.progressbar(length=1, label="Recounting threads") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        drift = recount_all(progress)
    if waits := refresh_usual_waits():
        drift.wrong["category.usual_answer_minutes"] += waits
    for name, times in sorted(drift.wrong.items()):
        click.echo(f"  corrected {name}: {times}")
    click.echo(f"{drift.checked:,} rows checked, {drift.total:,} figures corrected.")
