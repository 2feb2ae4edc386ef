"""Rules for names: what a handle may look like and when two of them are the same. Knows no database."""

import unicodedata
from itertools import pairwise

from app.accounts.models import NAME_MAX
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.text import clean_line

HANDLE_MIN = 2
HANDLE_MAX = 40
_JOINERS = "._-"
# Letters by their Unicode category that show nothing at all (Hangul fillers).
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0")
# Scripts with look-alike letters; one name keeps to one of them.
_LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK")
# Names that are kept for the site itself.
_RESERVED = """
abuse admin administrator all anonymous api bot community deleted everybody everyone guest help here hostmaster info
login logout me mod moderation moderator moderators new noreply null official owner people person postmaster removed
root security settings signin signup staff support sysadmin system team threadwell undefined user visitor webmaster
you
"""
RESERVED = frozenset(_RESERVED.split())


def name_key(name: str) -> str:
    """Return what makes a name unique: NFKC and casefolded, so that look-alike spellings of one name meet."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def checked_name(raw: str, allow_reserved: bool = False) -> str:
    """Return a handle as it is stored; raise Invalid("name") when it breaks a rule.

    A handle has 2 to 40 letters and digits of any script, with single `. _ -` between them.
    """
    name = unicodedata.normalize("NFKC", clean_line(raw))
    if not HANDLE_MIN <= len(name) <= HANDLE_MAX or len(name_key(name)) > NAME_MAX:
        raise Invalid(
            _(
                "Please choose a name of %(handle_min)s to %(handle_max)s characters.",
                handle_min=HANDLE_MIN,
                handle_max=HANDLE_MAX,
            ),
            "name",
        )
    if not all(_is_word(c) or c in _JOINERS for c in name) or _has_stacked_marks(name):
        raise Invalid(_("A name may have letters, digits, and . _ - between them; no spaces."), "name")
    has_double = any(a in _JOINERS and b in _JOINERS for a, b in pairwise(name))
    if not name[0].isalnum() or name[-1] in _JOINERS or has_double:
        raise Invalid(_("A name starts and ends with a letter or a digit, and . _ - stand alone."), "name")
    if len({script for script in map(_script, name) if script}) > 1:
        raise Invalid(_("Please keep to one alphabet: mixed ones can be mistaken for another name."), "name")
    if not allow_reserved and name_key(name).translate(str.maketrans("", "", _JOINERS)) in RESERVED:
        raise Invalid(_("This name is kept for the site itself. Please choose another one."), "name")
    return name


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" and character not in _INVISIBLE


def _has_stacked_marks(name: str) -> bool:
    kinds = "".join(unicodedata.category(c)[0] for c in name)
    return "MMM" in kinds or kinds.startswith("M")


def _script(character: str) -> str:
    if not character.isalpha():
        return ""
    first = unicodedata.name(character, "").split(" ", 1)[0]
    return first if first in _LOOK_ALIKE else ""
