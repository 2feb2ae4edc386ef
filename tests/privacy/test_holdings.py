"""Every column that names a person has a line that says what becomes of it."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.holdings import OnErasing, OnMerging, holdings
from app.privacy.queries import Count
from app.privacy.services.copying import exported_columns
from app.privacy.words import FOR_OTHERS

SECRETS = {"password_hash", "token_hash", "name_key", "email"}


def person_columns() -> dict[str, sa.Column]:
    found = {}
    for table in db.metadata.tables.values():
        for column in table.columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                found[f"{table.name}.{column.name}"] = column
    return found


def test_every_column_that_names_a_person_is_named(app: Flask):
    missing = set(person_columns()) - {line.key for line in holdings()}
    assert not missing, f"add these to the holdings.py of their package: {sorted(missing)}"


def test_what_is_not_exported_says_why(app: Flask):
    assert not [line.key for line in holdings() if not line.words.strip()]


def test_lists_of_the_export_have_names_of_their_own(app: Flask):
    sections = [line.section for line in holdings() if line.section]
    assert len(sections) == len(set(sections))


def test_columns_that_are_forgotten_can_be_empty(app: Flask):
    assert not [line.key for line in holdings() if line.erasing == OnErasing.FORGET and not line.sql.nullable]


def test_lines_name_columns_that_exist(app: Flask):
    for line in holdings():
        unknown = {*line.leave_out, *line.blank, *line.unique_with} - set(line.table.columns.keys())
        assert not unknown, f"{line.key}: {unknown}"


def test_deleted_rows_are_referred_to_by_nothing(app: Flask):
    """Otherwise erasing fails, or takes more along than it says."""
    deleted = {line.table.name for line in holdings() if line.erasing == OnErasing.DELETE or line.merging == OnMerging.DROP}
    for table in db.metadata.tables.values():
        for column in table.columns:
            for key in column.foreign_keys:
                assert key.column.table.name not in deleted, f"{table.name}.{column.name} refers to {key.column.table.name}"


def test_moving_breaks_no_key(app: Flask):
    """Whoever moves a column that is part of a key names the rest of that key."""
    for line in holdings():
        if line.merging != OnMerging.MOVE:
            continue
        keys = [tuple(line.table.primary_key.columns.keys())]
        keys += [tuple(one.columns.keys()) for one in line.table.constraints if isinstance(one, sa.UniqueConstraint)]
        keys += [tuple(one.columns.keys()) for one in line.table.indexes if one.unique]
        for key in keys:
            if line.sql.name in key:
                assert set(key) - {line.sql.name} == set(line.unique_with), f"{line.key}: {key}"


def test_no_other_person_and_no_secret_is_exported(app: Flask):
    others = person_columns()
    for line in (line for line in holdings() if line.section):
        said = {column.name for column in exported_columns(line)}
        assert not said & SECRETS, line.key
        assert not {name for name in said if f"{line.table.name}.{name}" in others}, line.key


def test_admins_do_not_read_your_where_it_is_about_somebody_else(app: Flask) -> None:
    counts = [Count(line.section, line.words, 1) for line in holdings() if line.section]
    assert {one.section for one in counts} == set(FOR_OTHERS)
    assert not [one.label_for_others for one in counts if re.search(r"\b[Yy]ou", one.label_for_others)]
    assert all(one.label == one.words.rstrip(".") for one in counts)
