"""Untrusted bytes become an image of our own, or are refused."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image, ImageCms

from app.core.errors import Invalid
from app.uploads.services.checking import MAX_FRAMES, MAX_SIDE, check_image
from tests.uploads.pictures import animation, opened, picture

MB = 1024 * 1024


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_four_formats_are_kept_as_what_they_are(kind, ending):
    image = check_image(picture(kind), MB)
    assert (image.ending, image.width, image.height) == (ending, 12, 8)
    assert opened(image.data).format == kind and opened(image.data).size == (12, 8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_can_be_stored(mode):
    assert check_image(picture("PNG", mode=mode), MB).ending == "png"


def test_a_print_jpeg_is_turned_into_one_for_screens():
    assert opened(check_image(picture("JPEG", mode="CMYK"), MB).data).mode == "RGB"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"GIF89a", b"\x89PNG\r\n",
        b"%PDF-1.7", picture("BMP"), picture("TIFF"), picture("PNG")[:40], picture("JPEG")[:100], b"RIFF\x00\x00\x00\x00WEBP",
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_the_field(data):
    with pytest.raises(Invalid) as refused:
        check_image(data, MB)
    assert list(refused.value.errors) == ["file"]


def test_too_many_bytes_are_refused():
    with pytest.raises(Invalid, match="at most 1 MB"):
        check_image(picture() + b"x" * MB, MB)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few dozen bytes that claims to be huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [6_400, 9_600, 20_000, 2**31 - 1])
def test_a_small_file_that_unpacks_to_a_huge_image_is_refused_before_unpacking(side):
    with pytest.raises(Invalid):
        check_image(bomb(side, side), MB)


def test_places_cameras_comments_and_hidden_tails_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    for kind, extra in (("JPEG", {"comment": b"SecretComment"}), ("PNG", {}), ("WEBP", {})):
        data = picture(kind, exif=exif.tobytes(), **extra) + b"<script>SecretTail</script>"
        stored = check_image(data, MB).data
        assert b"Secret" not in stored and b"Exif" not in stored, kind
        assert not opened(stored).getexif()


def test_a_picture_taken_sideways_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = check_image(picture("JPEG", exif=exif.tobytes()), MB)
    assert (image.width, image.height) == (8, 12)


def test_a_colour_profile_is_applied_and_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "icc_profile" not in opened(check_image(picture("JPEG", icc_profile=profile), MB).data).info
    assert check_image(picture("JPEG", icc_profile=b"broken"), MB).ending == "jpg"


@pytest.mark.parametrize("mode", ["RGB", "P", "1", "I;16"])
def test_huge_pictures_are_scaled_down(mode):
    image = check_image(picture("PNG", size=(3_000, 300), mode=mode), MB)
    assert (image.width, image.height) == (MAX_SIDE, 256)


def test_transparency_is_kept():
    clear = opened(check_image(picture("PNG", mode="RGBA", color=(9, 9, 9, 0)), MB).data)
    assert clear.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_animations_keep_their_frames_and_pace(kind):
    stored = opened(check_image(animation(kind), MB).data)
    assert stored.n_frames == 3
    stored.seek(1)
    stored.load()
    assert stored.info["duration"] == 80


def test_an_endless_animation_is_refused():
    with pytest.raises(Invalid, match="too long"):
        check_image(animation("GIF", MAX_FRAMES + 5, (2, 2)), MB)
