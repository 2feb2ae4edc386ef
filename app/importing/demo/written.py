"""What the loader has written so far, by the names the content files use."""

from datetime import datetime

from app.accounts.models import Person
from app.core.records import Struct, field
from app.forum.models import Category, Post, Tag, Thread
from app.importing.demo.calendar import Calendar
from app.kb.models import Article, Section
from app.moderation.models import LogEntry


class Written(Struct):
    """Entities of the running unit of work. Posts go by the stem of their thread and their number (0: the opening).

    `log`: decisions of the past. The log is only ever added to, so they are kept here until all of them are known.
    """

    calendar: Calendar
    people: dict[str, Person] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    posts: dict[tuple[str, int], Post] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)

    def person_id(self, handle: str) -> int:
        """Return the id of a person; raise KeyError for a handle that community.toml does not name."""
        return self.people[handle].id

    def moment(self, stem: str, hours_after: float) -> datetime:
        """Return the moment so many hours after a thread was opened, never in the future."""
        return self.calendar.after(self.threads[stem].created_at, hours_after)


def touch(thread: Thread, moment: datetime) -> None:
    """Note that what a thread's page says changed at a moment."""
    thread.modified_at = max(thread.modified_at, moment)
