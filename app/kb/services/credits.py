"""The lines of an article that are written for its curators: whom a passage is from, and which step a heading is. Pure text.

They stand in the text of the article, for all its readers, so they are in the language of the site; read back in all languages.
"""

import re
from functools import lru_cache

from app.core.i18n import LANGUAGES, lazy_gettext, speaking

_POST = "/posts/"
# What a line says, by the kind of the post, word for word (True) or as the base of what was written.
_LINES = {
    ("question", True): lazy_gettext("*Asked by [%(name)s](%(link)s).*"),
    ("accepted", True): lazy_gettext("*From the accepted answer by [%(name)s](%(link)s).*"),
    ("answer", True): lazy_gettext("*From the answer by [%(name)s](%(link)s).*"),
    ("question", False): lazy_gettext("*Based on the question by [%(name)s](%(link)s).*"),
    ("accepted", False): lazy_gettext("*Based on the accepted answer by [%(name)s](%(link)s).*"),
    ("answer", False): lazy_gettext("*Based on the answer by [%(name)s](%(link)s).*"),
}
_STEP = lazy_gettext("Step %(number)s")
_STEP_AND_TITLE = lazy_gettext("Step %(number)s: %(title)s")


def credit_line(kind: str, name: str, link: str, is_edited: bool) -> str:
    """Return the line that names the author of a passage (in Markdown) and leads to the post."""
    with speaking(None):
        return str(_LINES[kind, not is_edited]) % {"name": name, "link": link}


def read_credit(line: str) -> tuple[int, bool] | None:
    """Return the post that such a line leads to, and whether the passage above is word for word; None for any other line."""
    if not (line.startswith("*") and _POST in line):
        return None
    for pattern, is_taken in _patterns():
        if found := pattern.fullmatch(line):
            return int(found["post"]), is_taken
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    made = []
    for language in LANGUAGES:
        with speaking(language):
            for (_kind, is_taken), line in _LINES.items():
                pattern = re.escape(str(line) % {"name": "\0", "link": "\1"})
                pattern = pattern.replace("\0", ".*").replace("\1", _POST + r"(?P<post>\d{1,18})")
                made.append((re.compile(pattern), is_taken))
    return tuple(made)


def step_heading(number: int, title: str) -> str:
    """Return the heading of a step, which may have no title of its own."""
    with speaking(None):
        return str(_STEP_AND_TITLE) % {"number": number, "title": title} if title else str(_STEP) % {"number": number}


def without_step(heading: str) -> str:
    """Return the title in the heading of a step; any other heading as it is."""
    for pattern in _steps():
        if found := pattern.match(heading):
            return heading[found.end() :]
    return heading


@lru_cache(maxsize=1)
def _steps() -> tuple[re.Pattern[str], ...]:
    made = []
    for language in LANGUAGES:
        with speaking(language):
            whole = re.escape(str(_STEP_AND_TITLE) % {"number": "\0", "title": ""}).replace("\0", r"\d+")
            alone = re.escape(str(_STEP) % {"number": "\0"}).replace("\0", r"\d+")
        made.append(re.compile(f"{whole}|{alone}$"))
    return tuple(made)
