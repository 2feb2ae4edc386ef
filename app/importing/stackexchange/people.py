"""People of the other site: accounts without address and password, which nobody can sign in to until an admin sends a claim."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.accounts.models import DISPLAY_NAME_MAX, Person
from app.accounts.names import HANDLE_MAX, checked_name, name_key
from app.core.actor import Role
from app.core.db import db
from app.core.errors import Invalid
from app.core.markup import Rendered
from app.core.slugs import slugify
from app.core.text import shorten
from app.importing.stackexchange.bodies import render_body
from app.importing.stackexchange.context import Import
from app.importing.stackexchange.records import PERSON, add_records, find_local
from app.importing.stackexchange_rows import UserRow

WEBSITE_MAX = 200
# Room for the suffix that makes a handle unique.
_SUFFIX_ROOM = 8


def import_people(run: Import) -> None:
    """Import everybody but the site's own accounts (ids below 1)."""
    report = run.report.of("people")
    handles: Handles | None = None
    for rows in run.batches(run.dump.users(), "people"):
        people = [row for row in rows if row.id > 0]
        for row in rows:
            if row.id <= 0:
                report.skip("accounts of the site itself", row.id)
        known = find_local(run.source, PERSON, [row.id for row in people])
        report.known += len(known)
        fresh = [row for row in people if row.id not in known]
        if not fresh:
            continue
        abouts = [_render_about(run, row) for row in fresh]
        with run.writing():
            handles = handles or Handles()
            values = [_values(row, handles.choose(row), about) for row, about in zip(fresh, abouts, strict=True)]
            _insert(run.source, fresh, values)
        report.imported += len(fresh)


def _render_about(run: Import, row: UserRow) -> Rendered | None:
    if not row.about_html.strip():
        return None
    about, is_plain = render_body(row.about_html, run.own_host)
    if is_plain:
        run.report.notes["texts about people are kept as plain text because they nest too deeply"] += 1
    return about


def _values(row: UserRow, handle: str, about: Rendered | None) -> dict[str, Any]:
    is_address = row.website.startswith(("http://", "https://")) and len(row.website) <= WEBSITE_MAX
    return {
        "name": handle, "name_key": name_key(handle), "display_name": shorten(row.name, DISPLAY_NAME_MAX) or handle,
        "email": None, "pending_email": None, "password_hash": None, "role": Role.MEMBER, "created_at": row.created_at,
        "about_source": about.source if about else "", "about_html": str(about.html) if about else "",
        "website": row.website if is_address else "",
    }  # fmt: skip


def _insert(source: str, rows: Sequence[UserRow], values: list[dict[str, Any]]) -> None:
    statement = sa.insert(Person).returning(Person.id, sort_by_parameter_order=True)
    ids = db.session.scalars(statement, values).all()
    add_records(source, PERSON, zip((row.id for row in rows), ids, strict=True))


class Handles:
    """Chooses handles that nobody has yet. Must be made inside a unit of work, so that nobody takes one meanwhile."""

    def __init__(self) -> None:
        self._taken = set(db.session.scalars(sa.select(Person.name_key)))
        self._next: dict[str, int] = {}

    def choose(self, row: UserRow) -> str:
        """Return a handle made from the display name, with a number when it is taken."""
        base = self._base(row)
        handle, number = base, self._next.get(base, 2)
        while name_key(handle) in self._taken:
            handle, number = f"{base}-{number}", number + 1
        self._next[base] = number
        self._taken.add(name_key(handle))
        return handle

    def _base(self, row: UserRow) -> str:
        slug = slugify(row.name, HANDLE_MAX - _SUFFIX_ROOM, fallback="person")
        for candidate in (slug, f"{slug}-{row.id}"):
            try:
                return checked_name(candidate)
            except Invalid:
                continue
        return f"person-{row.id}"
