"""Pages of moderation."""

from app.moderation.routes import (
    acting,
    batches,
    duplicates,
    flags,
    inbox,
    joining,
    log,
    my_reports,
    people,
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
    "acting", "batches", "duplicates", "flags", "inbox", "joining", "log", "my_reports", "people", "removing", "reshaping",
    "screening", "standing", "transparency", "trust", "turning", "waves",
]  # fmt: skip
