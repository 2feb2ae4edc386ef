"""From untrusted bytes to an image that is safe to keep: recognised by content, bounded, turned upright, encoded anew.

Encoding anew drops everything that is not picture: places and cameras (EXIF), comments, and whatever hides behind the last pixel.
Pictures are scaled to at most 2,560 pixels a side. Animations keep all their frames while frames times pixels stay
bounded; a longer one is refused rather than cut, since the cut part may be the point. Takes up to a second or two: call it
before a unit of work. Touches neither disk nor database.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from app.core.errors import Invalid
from app.core.heavy import Image, ImageCms, ImageOps, ImageSequence
from app.core.i18n import gettext as _
from app.core.records import Struct

T = TypeVar("T")
MAX_PIXELS = 40_000_000
MAX_SIDE = 2_560
MAX_FRAMES = 300
MAX_ANIMATED_PIXELS = 60_000_000
_ENDINGS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
_MODES = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "JPEG": ("L", "RGB"), "WEBP": ("RGB", "RGBA"), "GIF": ("L", "P")}
_SAVE: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": False, "compress_level": 6},
    "JPEG": {"quality": 86, "progressive": True, "optimize": True},
    "WEBP": {"quality": 86, "method": 3},
    "GIF": {"optimize": False},
}


class CheckedImage(Struct, frozen=True):
    """An image as it will be stored: our own encoding, its ending and its size in pixels."""

    data: bytes
    ending: str
    width: int
    height: int


def check_image(data: bytes, max_bytes: int) -> CheckedImage:
    """Return the image in `data` encoded anew. Raises Invalid("file") for anything too large and all but PNG, JPEG, GIF, WebP."""
    if not data:
        raise Invalid(_("Please choose an image."), field="file")
    if len(data) > max_bytes:
        raise Invalid(
            _("This image is too large; at most %(size)s MB are possible.", size=max_bytes // 1024 // 1024),
            field="file",
        )
    image = _guarded(lambda: _open(data))
    frames = _guarded(lambda: int(getattr(image, "n_frames", 1)))
    _check_size(image, frames)
    if frames > 1:
        return _guarded(lambda: _animation(image))
    return _guarded(lambda: _still(image))


def _guarded(work: Callable[[], T]) -> T:
    """Do `work`; whatever a decoder raises on broken bytes is one and the same refusal."""
    try:
        return work()
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception as error:  # decoders raise nearly anything: OSError, SyntaxError, struct.error, ...
        raise Invalid(_("We cannot read this as an image. Please use PNG, JPEG, GIF or WebP."), field="file") from error


def _open(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=tuple(_ENDINGS))


def _check_size(image: Image.Image, frames: int) -> None:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise _too_many_pixels()
    if frames > MAX_FRAMES or (frames > 1 and pixels * frames > MAX_ANIMATED_PIXELS):
        raise Invalid(_("This animation is too long. Please use a shorter or smaller one."), field="file")


def _too_many_pixels() -> Invalid:
    return Invalid(
        _("This image has too many pixels; at most %(size)s megapixels are possible.", size=MAX_PIXELS // 1000000),
        field="file",
    )


def _still(image: Image.Image) -> CheckedImage:
    kind = image.format or ""
    image.load()
    upright = ImageOps.exif_transpose(_in_srgb(image))
    if max(upright.size) > MAX_SIDE:
        if upright.mode in ("P", "1"):
            upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
        upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    picture = _in_mode(upright, kind)
    picture.info = {name: value for name, value in picture.info.items() if name == "transparency"}
    return _encoded(picture, kind, {})


def _animation(image: Image.Image) -> CheckedImage:
    kind = image.format or ""
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        frames.append(frame.convert("RGBA"))
        durations.append(max(20, int(frame.info.get("duration", 100) or 100)))
    for frame in frames:
        frame.info = {}
    extra = {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0}
    if kind == "GIF":
        extra["disposal"] = 2
    return _encoded(frames[0], kind, extra)


def _encoded(picture: Image.Image, kind: str, extra: dict[str, Any]) -> CheckedImage:
    out = BytesIO()
    picture.save(out, format=kind, **_SAVE[kind], **extra)
    return CheckedImage(out.getvalue(), _ENDINGS[kind], picture.width, picture.height)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the image in the colours of the web, so that its own colour profile need not be kept."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        mode, own = "RGB" if image.mode == "CMYK" else image.mode, ImageCms.ImageCmsProfile(BytesIO(profile))
        found = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    if found is None:
        return image
    found.info = {name: value for name, value in image.info.items() if name != "icc_profile"}
    return found


def _in_mode(image: Image.Image, kind: str) -> Image.Image:
    """Return the image in a mode that its format can store."""
    if image.mode in _MODES[kind]:
        return image
    has_alpha = "A" in image.mode or "transparency" in image.info
    if kind == "GIF":
        return image.convert("P")
    return image.convert("RGBA" if has_alpha and kind != "JPEG" else "RGB")
