"""How forum pages name a person: the columns to select and the card made of them. Knows no thread."""

from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.records import Struct

PERSON_WIDTH = 3


class PersonCard(Struct, frozen=True):
    """Somebody as pages name them."""

    name: str
    display_name: str
    role: str

    @property
    def path(self) -> str:
        return person_path(self.name)


def person_columns(source: Any = Person) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the columns of a card (PERSON_WIDTH of them), from Person or an alias of it."""
    return (source.name, source.display_name, source.role)


def person_card(values: Any) -> PersonCard | None:
    """Return the card of the selected columns; None for somebody who was removed."""
    name, display_name, role = values
    return PersonCard(name, display_name, role) if name is not None else None
