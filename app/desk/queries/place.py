"""Where somebody stands in the desk's lists, as addresses carry it from the list to an item and on to the next one."""

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.pagination import Page
from app.core.records import Struct, field, replace
from app.desk.queries.queue import DeskFilter, DeskRow, list_desk
from app.desk.urls import desk_path, item_path


class Place(Struct, frozen=True):
    """A page of a view with its filter. The first page of the plain queue has no words in addresses."""

    view: str = "queue"
    chosen: DeskFilter = field(default_factory=DeskFilter)
    page: int = 1

    @property
    def query(self) -> dict[str, str | int | None]:
        """What addresses say of it."""
        return {
            "view": "" if self.view == "queue" else self.view, "category": self.chosen.category_id, "tag": self.chosen.tag,
            "in_charge": self.chosen.in_charge, "page": self.page if self.page > 1 else 0,
        }  # fmt: skip

    @property
    def path(self) -> str:
        """The address of the list."""
        return desk_path(**self.query)

    def item_path(self, thread_id: int, action: str = "", **more: int) -> str:
        """Return the address of a question beside this list, or of what is done with it there: "answer", "next"."""
        return item_path(thread_id, action, **self.query, **more)

    def at_page(self, number: int) -> "Place":
        """Return another page of the same list."""
        return replace(self, page=number)


def list_place(actor: Actor, place: Place) -> Page[DeskRow]:
    """Return the rows of a place for the list beside an item, in one statement; of the first page where the place's is gone (two)."""
    try:
        return list_desk(actor, view=place.view, chosen=place.chosen, page=place.page, with_tags=False)
    except NotFound:
        return list_desk(actor, view=place.view, chosen=place.chosen, with_tags=False)


def find_after(actor: Actor, rows: Page[DeskRow], thread_id: int, wanted: int = 0) -> int | None:
    """Return the question after this one on a page of the list, past what others hold.

    When this one is not listed any more it is the `wanted` one or what comes after that, and otherwise the first of the page.
    """
    ids = [row.thread_id for row in rows.items]
    start = ids.index(thread_id) + 1 if thread_id in ids else ids.index(wanted) if wanted in ids else 0
    free = (row for row in rows.items[start:] if row.taken_until is None or row.taken_by_id == actor.id)
    return next((row.thread_id for row in free), None)


def find_next(actor: Actor, place: Place, thread_id: int, wanted: int = 0) -> str | None:
    """Return the address of the question after this one in the list, as `find_after`, on later pages too; None at the end."""
    rows = list_place(actor, place)
    found = find_after(actor, rows, thread_id, wanted)
    while found is None and rows.has_next:
        rows = list_place(actor, place.at_page(rows.number + 1))
        found = find_after(actor, rows, thread_id)
    return place.at_page(rows.number).item_path(found) if found is not None else None
