"""What moderators read: the queue of reports and holds, and the log. Frozen rows; staff-only text only for staff."""

from app.moderation.queries.log import (
    LOG_PER_PAGE,
    LogRow,
    exists_undo,
    find_latest_entry_id,
    get_log_entry_for_update,
    list_log,
    list_log_actions,
)
from app.moderation.queries.queue import QUEUE_LIMIT, FlagRow, QueueItem, count_queue, list_queue

__all__ = [
    "LOG_PER_PAGE", "QUEUE_LIMIT", "FlagRow", "LogRow", "QueueItem", "count_queue", "exists_undo", "find_latest_entry_id",
    "get_log_entry_for_update", "list_log", "list_log_actions", "list_queue",
]  # fmt: skip
