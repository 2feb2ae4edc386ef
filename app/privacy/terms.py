"""What the site's settings say about privacy, for the services and jobs."""

from datetime import timedelta
from pathlib import Path

from app.core.records import Struct, field


class PrivacyTerms(Struct, frozen=True):
    """`exports` is the folder of copies, `instance` the one that uploads are in. `posts`: ask, keep or remove."""

    instance: Path = field(default_factory=Path)
    keep_exports: timedelta = timedelta(days=7)
    grace: timedelta = timedelta(days=14)
    posts: str = "ask"
    keep_reader_keys: timedelta = timedelta(days=365)

    @property
    def exports(self) -> Path:
        return self.instance / "exports"


_terms = [PrivacyTerms()]


def use_terms(terms: PrivacyTerms) -> None:
    """Keep to these terms from now on."""
    _terms[0] = terms


def privacy_terms() -> PrivacyTerms:
    """Return the terms that hold."""
    return _terms[0]
