"""Text without its disguises: one form for letters that look alike, so that a watched word is found however it is written.

Pure. Folded text is only compared, never shown.
"""

import re
import unicodedata

# Letters of other scripts that look like Latin ones. Words that are wholly in another script are folded alike on both sides.
_LOOK_ALIKE = str.maketrans(
    "\u0430\u0432\u0435\u0451\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0457\u0458\u0455\u04bb\u0501\u051b\u051d\u0475\u04cf"
    "\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u03b3"
    "\u0131\u0142\u00f8\u0111\u0127\u0261\u0251\u0269",
    "abeekmhopctyxiijshdqwvl" "abenikvoptuxwy" "ilodhgai",
)  # fmt: skip
_PLAIN = {"\u00df": "ss", "\u00e6": "ae", "\u0153": "oe"}
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_TOKEN = re.compile(r"[\w@$]+")
_DIGITS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s"}
_ANY_DIGIT = re.compile("[0134578@$]")
_AS_LETTERS = str.maketrans(_DIGITS)
_AS_LETTERS_L = str.maketrans({**_DIGITS, "1": "l"})
_IN_PIECES = re.compile(r"(?<!\w)\w(?:[\s.\-_*·|/]{1,2}\w(?!\w)){3,}")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def plain(text: str) -> str:
    """Return text in one case and width, without accents and invisible characters, look-alike letters as Latin ones."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(char))
    for char, letters in _PLAIN.items():
        bare = bare.replace(char, letters)
    return unicodedata.normalize("NFC", bare).translate(_LOOK_ALIKE)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, in order; digits inside words stay digits."""
    return _split(plain(text))


def _split(folded: str) -> list[str]:
    return [token.strip("_@$") or token for token in _TOKEN.findall(folded)]


def has_cjk(text: str) -> bool:
    """Whether a text is (partly) written without spaces between words."""
    return _CJK.search(text) is not None


def readings(text: str) -> str:
    """Return all ways a text may be meant, as folded words with single spaces, ways separated by a line break.

    As it stands; with digits inside words read as letters (once with 1 as i, once as l); and letters that stand apart put together.
    """
    return words_and_readings(text)[1]


def words_and_readings(text: str, beside: str = "") -> tuple[list[str], str]:
    """Return the folded words of a text, and all ways in which it may be meant together with what is written beside it."""
    folded = plain(text)
    own = words = _split(folded)
    if more := plain(beside):
        folded, words = f"{folded}\n{more}", [*own, *_split(more)]
    found = [" ".join(words)]
    disguised = {word for word in set(words) if _is_disguised(word)}
    if disguised:
        found += [
            " ".join([word.translate(table) if word in disguised else word for word in words])
            for table in (_AS_LETTERS, _AS_LETTERS_L)
        ]
    found += [re.sub(r"[\W_]", "", match[0]) for match in _IN_PIECES.finditer(folded)]
    return own, "\n".join(dict.fromkeys(found))


def _is_disguised(word: str) -> bool:
    return not word.isalpha() and _ANY_DIGIT.search(word) is not None and any(char.isalpha() for char in word)
