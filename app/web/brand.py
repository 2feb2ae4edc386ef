"""The brand's colour outside of style sheets: as sRGB for browsers' own furniture and in the icons. Pure; knows no request.

The style sheet takes only the hue from the operator (BRAND_HUE); lightness and chroma here are those of its tokens.
"""

import io
import math

from app.core.heavy import Image

LIGHT_GROUND = "#fefdfb"
DARK_GROUND = "#191714"
# What our drawings are painted with in their files.
DRAWN_IN = "#1351a6"
_LIGHTNESS, _CHROMA = 0.45, 0.15
_LARGEST = 512
# Name -> (pixels of a side, whether the ground reaches the edges: systems that cut icons to shapes of their own need that).
ICONS = {
    "icon-192.png": (192, False),
    "icon-512.png": (_LARGEST, False),
    "icon-maskable-512.png": (_LARGEST, True),
    "apple-touch-icon.png": (180, True),
}


def brand_rgb(hue: int) -> tuple[int, int, int]:
    """Return the brand colour of a hue (OKLCH degrees) in sRGB, each part cut to what screens can show."""
    a, b = _CHROMA * math.cos(math.radians(hue)), _CHROMA * math.sin(math.radians(hue))
    long = (_LIGHTNESS + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (_LIGHTNESS - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (_LIGHTNESS - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (_encoded(min(1.0, max(0.0, part))) for part in linear)
    return red, green, blue


def brand_hex(hue: int) -> str:
    """Return the brand colour of a hue as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*brand_rgb(hue))


def _encoded(part: float) -> int:
    return round(255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))


def paint_icon(drawn: bytes, name: str, hue: int) -> bytes:
    """Return one of ICONS as PNG, from our mark drawn in white on DRAWN_IN (`drawn`: a PNG of 512 pixels)."""
    side, is_full = ICONS[name]
    source = Image.open(io.BytesIO(drawn)).convert("RGBA")
    ground = int(DRAWN_IN[1:3], 16)
    # How white each pixel is tells where the mark stands.
    mark = source.getchannel("R").point([max(0, round((value - ground) * 255 / (255 - ground))) for value in range(256)])
    painted = Image.new("RGBA", source.size, (*brand_rgb(hue), 255))
    painted.paste((255, 255, 255, 255), mask=mark)
    if not is_full:
        painted.putalpha(source.getchannel("A"))
    written = io.BytesIO()
    (painted.convert("RGB") if is_full else painted).resize((side, side), Image.Resampling.LANCZOS).save(
        written, "PNG", optimize=True
    )
    return written.getvalue()
