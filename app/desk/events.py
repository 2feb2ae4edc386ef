"""Facts about the desk."""

from datetime import datetime

from app.core.events import Event


class QuestionAssigned(Event, frozen=True):
    """Somebody put a person or a group in charge of a question by hand, or left them another `note`."""

    thread_id: int
    actor_id: int | None
    assignee_id: int | None
    group_id: int | None
    note: str


class QuestionEscalated(Event, frozen=True):
    """A question waited longer than allowed for an official or accepted answer; told once until it comes back anew.

    At most one of `assignee_id` and `group_id` is set: who is in charge. `waited_minutes` are working minutes.
    """

    thread_id: int
    group_id: int | None
    assignee_id: int | None
    waited_minutes: int
    escalated_at: datetime

    def as_payload(self) -> dict[str, str | int | None]:
        """Return the fact as JSON values, for whoever is told outside the site. Documented in docs/desk.md; only ever extended."""
        return {
            "event": "question.escalated",
            "version": 1,
            "thread_id": self.thread_id,
            "path": f"/desk/questions/{self.thread_id}",
            "assignee_id": self.assignee_id,
            "group_id": self.group_id,
            "waited_working_minutes": self.waited_minutes,
            "escalated_at": self.escalated_at.isoformat(),
        }


class QuestionsEscalated(Event, frozen=True):
    """Questions of one in charge (at most one of `assignee_id` and `group_id` is set) were escalated at once, the longest waiting first.

    For whoever tells people: each of them has its own QuestionEscalated.
    """

    thread_ids: tuple[int, ...]
    group_id: int | None
    assignee_id: int | None
