"""Names and paths of uploaded images. Pure."""

import re

_NAME = re.compile(r"[A-Za-z0-9_-]{22}\.(png|jpg|gif|webp)")
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def is_upload_name(name: str) -> bool:
    """Whether `name` can be one of ours: 22 random characters and the ending of a format we store."""
    return _NAME.fullmatch(name) is not None


def media_type_of(name: str) -> str:
    """Return the media type of an upload, which its ending alone decides."""
    return MEDIA_TYPES[name.rpartition(".")[2]]


def upload_path(name: str) -> str:
    """Return the address of an image."""
    return f"/uploads/{name}"


def file_path_of(name: str) -> str:
    """Return where an image lies below the uploads folder: two letters, then the name."""
    return f"{name[:2].lower()}/{name}"
