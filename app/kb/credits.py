"""The lines of an article that are written for its curators: whom a passage is from, and which step a heading is. Pure text.

They stand in the text of the article, for all its readers, so they are in the language of the site; read back in all languages. Whom
a passage is from is said anew whenever the article is shown, as it is true then: `show_credits`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from markupsafe import escape

from app.core.i18n import LANGUAGES, lazy_gettext, speaking
from app.core.markup import text_of

_POST = "/posts/"
# What a line says, by the kind of the post, word for word (True) or as the base of what was written.
_LINES = {
    ("question", True): lazy_gettext("*Asked by [%(name)s](%(link)s).*"),
    ("answer", True): lazy_gettext("*From the answer by [%(name)s](%(link)s).*"),
    ("question", False): lazy_gettext("*Based on the question by [%(name)s](%(link)s).*"),
    ("answer", False): lazy_gettext("*Based on the answer by [%(name)s](%(link)s).*"),
}
# What older texts say of answers: that these were accepted, which does not stay true.
_EARLIER = {
    ("answer", True): lazy_gettext("*From the accepted answer by [%(name)s](%(link)s).*"),
    ("answer", False): lazy_gettext("*Based on the accepted answer by [%(name)s](%(link)s).*"),
}
_NAME = "[%(name)s](%(link)s)"
_SHOWN = re.compile(r'<p><em>([^<]*)<a href="/posts/(\d{1,18})">[^<]*</a>([^<]*)</em></p>\n?')
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
            for (_kind, is_taken), line in (*_LINES.items(), *_EARLIER.items()):
                pattern = re.escape(str(line) % {"name": "\0", "link": "\1"})
                pattern = pattern.replace("\0", ".*").replace("\1", _POST + r"(?P<post>\d{1,18})")
                made.append((re.compile(pattern), is_taken))
    return tuple(made)


def show_credits(html: str, names: Mapping[int, str]) -> str:
    """Return the HTML of an article with lines that are true now: `names` of authors are by the posts that its readers may look up.

    A line that leads to any other post is left out.
    """
    if _POST not in html:
        return html

    def line(found: re.Match[str]) -> str:
        words, post_id = _words().get((found[1], found[3])), int(found[2])
        if words is None:
            return found[0]
        if post_id not in names:
            return ""
        return f'<p><em>{words[0]}<a href="{_POST}{post_id}">{escape(names[post_id])}</a>{words[1]}</em></p>\n'

    return _SHOWN.sub(line, html)


def without_credits(html: str) -> str:
    """Return the HTML of an article without such lines: where nobody looks up who may be named."""
    return show_credits(html, {})


def plain_text(html: str) -> str:
    """Return the plain text of an article, for search and summaries, which names nobody in such lines."""
    return text_of(without_credits(html))


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], tuple[str, str]]:
    """Return what stands around the name in such a line in HTML, in all languages, with what it says now."""
    made = {}
    for language in LANGUAGES:
        with speaking(language):
            for lines in (_EARLIER, _LINES):
                for key, line in lines.items():
                    made[_around_name(str(line))] = _around_name(str(_LINES[key]))
    return made


def _around_name(line: str) -> tuple[str, str]:
    before, _name, after = line.strip("*").partition(_NAME)
    return before, after


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
