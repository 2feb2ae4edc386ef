"""Paths of notifications, for pages and mails alike."""


def notification_path(notification_id: int) -> str:
    """Return the path that marks a notification as read and leads to what it is about."""
    return f"/notifications/{notification_id}"


def outcome_path(token: str, say: str = "") -> str:
    """Return the path of the page that asks how a question ended; `say` brings one of its buttons forward."""
    return f"/outcome/{token}" + (f"?say={say}" if say else "")


def unsubscribe_path(token: str) -> str:
    """Return the path that switches mails off, for people who are not signed in too."""
    return f"/unsubscribe/{token}"
