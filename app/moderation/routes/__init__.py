"""Pages of moderation."""

from app.moderation.routes import (
    acting,
    duplicates,
    flags,
    inbox,
    joining,
    log,
    my_reports,
    people,
    queue,
    removing,
    reshaping,
    screening,
    standing,
    transparency,
    trust,
    turning,
    waves,
)

__all__ = [
    "acting", "duplicates", "flags", "inbox", "joining", "log", "my_reports", "people", "queue", "removing", "reshaping",
    "screening", "standing", "transparency", "trust", "turning", "waves",
]  # fmt: skip
