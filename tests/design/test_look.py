"""The promises of the look that can be measured: contrast for every brand hue, weight, no inline code, symbols that exist."""

import gzip
import math
import re
from pathlib import Path

import pytest

from app.core.markup_code import STYLED
from app.core.settings import Settings
from app.web.assets import PAGE_STYLES, AssetStore, shorten_css

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "app" / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# What this room answers for; pages of features are held by their own tests.
FRAME = [path for path in TEMPLATES if path.parent.name in ("layouts", "components", "errors")]
LAYERS = ("tokens", "base", "layout", "components", "pages", "print")
# Folders of pages for people who are signed in.
TOOLS = ("moderation", "desk", "insights", "kb")
Rgb = tuple[float, float, float]


def tokens_css() -> str:
    return (STATIC / "css" / "tokens.css").read_text()


def tokens_of(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (oklch\([^;]+\));", block))


def schemes() -> dict[str, dict[str, str]]:
    css = tokens_css()
    light = css[: css.index("@media (prefers-color-scheme: dark)")]
    return {"light": tokens_of(light), "dark": tokens_of(css[css.index('[data-theme="dark"]') :])}


def linear_rgb(colour: str, hue: int) -> Rgb:
    """OKLCH to linear sRGB (Ottosson 2020), clipped into gamut as browsers do in the worst case."""
    light, chroma, angle = (float(part) for part in colour.replace("var(--brand-hue)", str(hue))[6:-1].split()[:3])
    a, b = chroma * math.cos(math.radians(angle)), chroma * math.sin(math.radians(angle))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (min(1.0, max(0.0, part)) for part in rgb)
    return red, green, blue


def contrast(front: str, back: str, hue: int = 258) -> float:
    """WCAG 2 contrast ratio of two OKLCH colours."""
    bright, dark = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear_rgb(colour, hue), strict=True)) for colour in (front, back)),
        reverse=True,
    )
    return (bright + 0.05) / (dark + 0.05)


PAIRS = [
    ("text", ("bg", "surface", "sunken", "good-soft", "wait-soft", "bad-soft"), 7.0),
    ("text", ("kb-soft", "mark", "ins", "del", "brand-soft"), 7.0),
    ("text-soft", ("bg", "surface", "sunken", "good-soft"), 7.0),
    ("text-faint", ("bg", "surface", "sunken", "good-soft"), 4.5),
    ("brand", ("bg", "surface", "sunken", "brand-soft", "good-soft"), 4.5),
    ("on-brand", ("brand", "brand-strong"), 4.5),
    ("good", ("bg", "surface", "good-soft"), 4.5),
    ("wait", ("bg", "surface", "wait-soft"), 4.5),
    ("bad", ("bg", "surface", "bad-soft"), 4.5),
    ("kb", ("bg", "surface", "kb-soft"), 4.5),
    ("c-key", ("sunken",), 4.5),
    ("c-str", ("sunken",), 4.5),
    ("c-num", ("sunken",), 4.5),
    ("c-name", ("sunken",), 4.5),
    ("c-note", ("sunken", "good-soft"), 4.5),
    ("line-strong", ("bg", "surface"), 3.0),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "backs", "least"), PAIRS, ids=[f"{pair[0]} on {pair[1][0]}" for pair in PAIRS])
def test_colours_are_readable_for_every_brand_hue(scheme: str, front: str, backs: tuple[str, ...], least: float) -> None:
    colours = schemes()[scheme]
    found = {(back, hue): contrast(colours[front], colours[back], hue) for back in backs for hue in range(0, 361, 5)}
    assert {key: round(ratio, 2) for key, ratio in found.items() if ratio < least} == {}


def test_the_two_dark_blocks_are_the_same() -> None:
    css = tokens_css()
    asked = css[css.index("@media (prefers-color-scheme: dark)") : css.index('[data-theme="dark"]')]
    assert tokens_of(asked) == schemes()["dark"] and set(schemes()["dark"]) == set(schemes()["light"])


def test_the_style_page_shows_every_token() -> None:
    shown = (STATIC / "css" / "style.css").read_text() + (ROOT / "templates" / "pages" / "style_tokens.html").read_text()
    named = set(re.findall(r"^    --([\w-]+):", tokens_css(), re.MULTILINE)) - {"brand-hue", "sans", "mono", "edge", "t", "s"}
    assert {name for name in named if f"--{name}" not in shown} == set()


def test_only_tokens_and_print_name_colours() -> None:
    for name in (
        "base",
        "layout",
        "components",
        "pages",
        *(name for name in PAGE_STYLES if name != "insights"),
    ):  # which prints charts
        css = (STATIC / "css" / f"{name}.css").read_text()
        found = [
            line
            for line in css.splitlines()
            if re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|oklch\(", line) and "::backdrop" not in line
        ]
        assert found == [], name


def test_every_custom_property_is_defined() -> None:
    css = "\n".join(path.read_text() for path in (STATIC / "css").glob("*.css"))
    assert set(re.findall(r"var\((--[\w-]+)", css)) <= set(re.findall(r"(--[\w-]+):", css))


def test_the_style_sheet_of_visitors_weighs_less_than_eleven_kilobytes() -> None:
    store = AssetStore(Settings())
    assert len(gzip.compress(store.files["site.css"], 6)) < 11_000
    scripts = gzip.compress(store.files["js/site.js"], 6)
    assert len(gzip.compress(store.files["site.css"], 6)) + len(scripts) < 15_000


def test_shortening_a_style_sheet_changes_nothing_but_its_length() -> None:
    css = '/* a, b { } */ .a  :is(p,\n q) > b { content: "+ "; margin: calc(1px + 2px)  auto ; }\n@media (width >= 3rem) {\n .b { } }'
    assert shorten_css(css) == '.a :is(p,q) > b{content: "+ ";margin: calc(1px + 2px) auto}@media (width >= 3rem){.b{}}'


def test_every_page_a_visitor_sees_needs_one_style_sheet() -> None:
    for path in TEMPLATES:
        sheets = re.findall(r"asset_url\(['\"]([\w-]+)\.css['\"]\)", path.read_text())
        assert set(sheets) <= {"site", *PAGE_STYLES}, path
        assert not sheets or path.parent.name in ("layouts", *TOOLS) or path.name == "style.html", path


def test_style_sheets_name_no_left_or_right() -> None:
    """Pages in languages that are written from right to left are mirrored by the browser alone."""
    sided = re.compile(
        r"(?:^|[;{\s])(?:(?:margin|padding|border|inset|scroll-\w+)-(?:left|right|top|bottom)|left|right|top|bottom|(?:min-|max-)?(?:width|height)"
        r"|border-(?:top|bottom)-\w+-radius)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)"
    )
    for path in sorted((STATIC / "css").glob("*.css")):
        found = [line for line in path.read_text().splitlines() if sided.search(line)]
        assert found == [], path.name


def test_scripts_stay_small_and_are_type_checked() -> None:
    scripts = [*(STATIC / "js").glob("*.js"), *(STATIC / "js" / "modules").glob("*.js")]
    for path in scripts:
        text = path.read_text()
        assert text.startswith("// @ts-check"), path
        assert text.count("\n") <= (110 if path.name == "site.js" else 150), path
        assert not re.search(r"innerHTML|outerHTML|document\.write|eval\(", text), path


@pytest.mark.parametrize("path", FRAME, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_of_the_frame_holds_inline_code_or_style(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", source)
    assert all('src="' in tag or "ld+json" in tag for tag in re.findall(r"<script[^>]*>", source))
    assert source.count("\n") <= (80 if path.parent.name == "components" else 120)


def test_every_symbol_a_template_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    for path in TEMPLATES:
        source = path.read_text()
        named = set(re.findall(r"""\b(?:icon|symbol)\(["']([\w-]+)["']""", source)) | {
            f"empty-{name}" for name in re.findall(r"""drawing\(["']([\w-]+)["']""", source)
        }
        assert named <= known, path


def test_status_pills_know_every_status() -> None:
    source = (ROOT / "templates" / "components" / "status.html").read_text()
    for status in ("unanswered", "needs_info", "answered", "likely_solved", "solved", "disputed", "closed"):
        assert f'"{status}": (' in source


def test_highlighted_code_is_never_hidden_by_the_class_for_screen_readers() -> None:
    """Pygments calls regular expressions .sr, the name of our class for what only screen readers get."""
    css = "\n".join((STATIC / "css" / f"{name}.css").read_text() for name in LAYERS)
    assert re.findall(r"^\s*\.sr\b[^{]*", css, re.MULTILINE) == ["  .sr:not(.highlight *) "]


def test_classes_of_code_are_those_that_have_a_look() -> None:
    looks = re.findall(r"\.highlight :is\(([^)]*)\)", (STATIC / "css" / "base.css").read_text())
    assert {name.strip(" .") for look in looks for name in look.split(",")} == STYLED


def test_moments_are_said_in_whole_words() -> None:
    """The short forms of browsers are riddles: "last mo.", "5mo ago", "7m"."""
    script = (STATIC / "js" / "site.js").read_text()
    assert re.findall(r"new Intl\.RelativeTimeFormat\((.*?)\);", script) == ['document.documentElement.lang, { numeric: "auto" }']
