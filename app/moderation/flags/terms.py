"""What the settings say about reports, set once when the application starts. Reads no environment itself."""

from app.core.records import Struct

# However much one person's report counts: it takes a second one to take a text out of sight.
LEAST_PEOPLE = 2


class FlagTerms(Struct, frozen=True):
    """From which sum on reports take a text out of sight (ordinary reports; 0: never), and the daily limit of those mostly wrong."""

    threshold: int = 3
    limit: int = 2


_terms = [FlagTerms()]


def use_flag_terms(terms: FlagTerms) -> None:
    """Take reports on these terms from now on."""
    _terms[0] = terms


def flag_terms() -> FlagTerms:
    """Return the terms that hold."""
    return _terms[0]
