"""What moderators read: the queue of reports and holds, and the log. Frozen rows; staff-only text only for staff."""

from app.moderation.queries.log import (
    LOG_PER_PAGE,
    LogFilter,
    LogPage,
    LogRow,
    exists_undo,
    find_latest_entry_id,
    get_log_entry_for_update,
    iterate_log,
    list_log,
    list_log_actions,
)
from app.moderation.queries.queue import (
    QUEUE_LIMIT,
    FlagRow,
    QueueItem,
    count_held,
    count_queue,
    count_reported,
    find_queued,
    list_held,
    list_queue,
    list_reported,
)

__all__ = [
    "LOG_PER_PAGE", "QUEUE_LIMIT", "FlagRow", "LogFilter", "LogPage", "LogRow", "QueueItem", "count_held", "count_queue", "count_reported",
    "exists_undo", "find_latest_entry_id", "find_queued", "get_log_entry_for_update", "iterate_log", "list_held", "list_log",
    "list_log_actions", "list_queue", "list_reported",
]  # fmt: skip
