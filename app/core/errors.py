"""The one family of errors that services raise; `web.errors` turns it into answers. Knows nothing of HTTP."""

from collections.abc import Mapping

from app.core.i18n import lazy_gettext


class AppError(Exception):
    """A refusal that a person can understand. `message` is shown to them."""

    default_message = lazy_gettext("That did not work.")

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.default_message
        super().__init__(self.message)


class NotFound(AppError):
    """The thing does not exist, or the actor may not know that it does."""

    default_message = lazy_gettext("We could not find that.")


class Gone(AppError):
    """The thing existed and was removed for good."""

    default_message = lazy_gettext("This was removed.")


class Forbidden(AppError):
    """The actor may know the thing but not do this with it."""

    default_message = lazy_gettext("You are not allowed to do that.")


class Conflict(AppError):
    """The thing changed meanwhile, or is in a state that does not allow this."""

    default_message = lazy_gettext("Somebody changed this meanwhile. Please look again.")


class TooMany(AppError):
    """The actor did this too often. `retry_after` is in seconds."""

    default_message = lazy_gettext("That was a bit too often. Please wait a moment and try again.")

    def __init__(self, message: str | None = None, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Invalid(AppError):
    """Input that breaks a rule. `errors` maps a field name ("" for the whole form) to what to do about it."""

    default_message = lazy_gettext("Please check what you typed.")

    def __init__(self, errors: Mapping[str, str] | str, field: str = "") -> None:
        self.errors: dict[str, str] = {field: errors} if isinstance(errors, str) else dict(errors)
        super().__init__(next(iter(self.errors.values()), None))
