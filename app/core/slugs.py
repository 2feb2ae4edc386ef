"""Readable parts of addresses. The id decides; the slug is for people and search engines."""

import re
import unicodedata

_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "&": " and "})
_NOT_WORD = re.compile(r"[^\w]+|_+", re.UNICODE)


def slugify(text: str, max_length: int = 80, fallback: str = "untitled") -> str:
    """Return a lower-case slug of letters, digits and hyphens, cut at a word boundary.

    Accents are dropped; scripts without Latin letters (Chinese, for example) are kept as they are.
    """
    folded = unicodedata.normalize("NFKD", text.lower().translate(_SPECIAL))
    kept = unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))
    slug = _NOT_WORD.sub("-", kept).strip("-")
    if len(slug) > max_length:
        head = slug[:max_length]
        slug = head.rsplit("-", 1)[0] if slug[max_length] != "-" and "-" in head else head
    return slug.strip("-") or fallback
