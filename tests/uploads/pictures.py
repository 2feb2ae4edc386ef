"""Small pictures for tests, made in memory."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (12, 8), mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, options.pop("color", 0)).save(out, format=kind, **options)
    return out.getvalue()


def animation(kind: str = "GIF", frames: int = 3, size: tuple[int, int] = (10, 10)) -> bytes:
    out = BytesIO()
    pictures = [Image.new("RGB", size, (number * 40 % 255, 10, 200)) for number in range(frames)]
    pictures[0].save(out, format=kind, save_all=True, append_images=pictures[1:], duration=80, loop=0)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))
