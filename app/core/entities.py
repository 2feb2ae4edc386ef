"""Entities of rows that were read without the ORM: the session knows them as if it had loaded them, for a fraction of the time."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from app.core.db import db

Entity = TypeVar("Entity", bound=DeclarativeBase)


@lru_cache(maxsize=64)
def columns_of(model: type[DeclarativeBase]) -> tuple[sa.ColumnElement[Any], ...]:
    """Return all columns of a model, in the order of `values_of`."""
    return tuple(getattr(model, name) for name in _names(model))


def values_of(model: type[DeclarativeBase], row: Sequence[Any]) -> dict[str, Any]:
    """Return by name what a row of `columns_of` holds."""
    return dict(zip(_names(model), row, strict=True))


def is_known(model: type[DeclarativeBase], key: int) -> bool:
    """Whether the session has an entity already. Only SQLAlchemy may give that one other values."""
    return identity_key(model, key) in db.session.identity_map


def enter(model: type[Entity], values: Mapping[str, Any]) -> Entity:
    """Let the session know an entity that it does not know yet by what is stored of it: all its columns."""
    entity = model()
    vars(entity).update(values)
    make_transient_to_detached(entity)
    db.session.add(entity)
    return entity


@lru_cache(maxsize=64)
def _names(model: type[DeclarativeBase]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns)
