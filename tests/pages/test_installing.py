"""The site as an application: manifest, icons, service worker, offline page; and names offered after an @."""

import io
import json
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.core import setting_values as read
from app.pages.installing import short_name
from app.web.assets import STATIC
from app.web.brand import ICONS, LIGHT_GROUND, brand_hex, brand_rgb, paint_icon
from tests.client import Browser
from tests.factories import make_person


def test_the_manifest_says_what_is_needed_to_install_and_its_icons_are_as_large_as_it_says(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/manifest.webmanifest").text)
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == ("Threadwell", "/", "standalone")
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"][:1]:
        picture = client.get(icon["src"])
        assert picture.mimetype == "image/png" and Image.open(io.BytesIO(picture.data)).size == (192, 192)
    assert manifest["share_target"] == {"action": "/ask", "method": "GET", "params": {"title": "title", "text": "title"}}
    assert 'href="/manifest.webmanifest"' in client.get("/keys").text


def test_the_service_worker_keeps_the_offline_page_and_static_files_only(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript" and answer.headers["Cache-Control"] == "no-cache"
    kept = json.loads(re.search(r"^self\.kept = (.*);$", answer.text, re.MULTILINE)[1])  # type: ignore[index]
    assert kept[0] == "/offline" and all(path.startswith("/assets/") for path in kept[1:])
    assert all(client.get(path).status_code == 200 for path in kept)
    assert 'credentials: "omit"' in answer.text and ".put(" not in answer.text
    page = client.get("/offline").text
    assert 'content="noindex' in page and "csrf" not in page and "search" not in page.split("<main")[1]


def test_scripts_ask_for_the_service_worker_only_after_the_page_is_loaded() -> None:
    line = next(line for line in (STATIC / "js" / "site.js").read_text().splitlines() if "serviceWorker" in line)
    assert 'addEventListener("load"' in line and "requestIdleCallback" in line and "document.referrer" in line


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Threadwell", "Threadwell"),
        ("Fernlight Community", "Fernlight"),
        ("Gewächshausgemeinschaft", "Gewächshausg"),
        ("A – B – C – D – E", "A – B – C"),
    ],
)
def test_a_name_under_an_icon_has_whole_words(name: str, short: str) -> None:
    assert short_name(name) == short


def test_white_can_be_read_on_the_brand_colour_of_every_hue() -> None:
    def light(part: int) -> float:
        return part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4

    for hue in range(361):
        red, green, blue = map(light, brand_rgb(hue))
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5, hue


def test_icons_have_the_colour_of_the_brand_to_the_edge_where_systems_cut_them() -> None:
    drawn = (STATIC / "icon-512.png").read_bytes()
    for name, (side, is_full) in {key: value for key, value in ICONS.items() if value[0] < 200}.items():
        picture = Image.open(io.BytesIO(paint_icon(drawn, name, 30))).convert("RGBA")
        assert picture.size == (side, side)
        assert picture.getpixel((0, 0))[3] == (255 if is_full else 0)  # type: ignore[index]
        found = zip(picture.getpixel((side // 2, 4)), (*brand_rgb(30), 255), strict=True)  # type: ignore[arg-type]
        assert all(abs(part - wanted) <= 2 for part, wanted in found)
    assert brand_hex(250) != brand_hex(30) and LIGHT_GROUND.startswith("#")


def test_links_of_the_footer_are_read_from_one_line() -> None:
    assert read.links("Imprint=/imprint | Privacy = https://example.com/p?a=b") == (
        ("Imprint", "/imprint"),
        ("Privacy", "https://example.com/p?a=b"),
    )
    for wrong in ("Imprint", "=/x", "A=javascript:alert(1)", "A=//evil.example", "A=imprint"):
        with pytest.raises(ValueError, match="Imprint"):
            read.links(wrong)


def test_members_are_offered_names_that_begin_so_and_visitors_none(browser: Browser) -> None:
    for name in ("annabel", "Anna", "bert"):
        make_person(name)
    assert browser.client.get("/mentions?q=an").status_code in (302, 401)
    browser.sign_in(make_person("caller"))
    assert [one["name"] for one in browser.client.get("/mentions?q=AN").get_json()["people"]] == ["Anna", "annabel"]
    assert browser.client.get("/mentions?q=").get_json() == {"people": []}


def test_the_list_of_shortcuts_is_a_page_too(client: FlaskClient) -> None:
    page = client.get("/keys").text
    assert 'data-keys data-here="' in page and page.count("<kbd") > 10
