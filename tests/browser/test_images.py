"""Images come into a text by button and by paste, each on a line of its own; what is pasted as text stays text."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import new_page, sign_in
from tests.server.running import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PASTE = """([bytes, texts]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "pasted.png", { type: "image/png" }));
  for (const [type, text] of Object.entries(texts)) data.setData(type, text);
  const area = document.querySelector("main textarea[name=body]");
  return area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (40, 120, 60)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def page(chromium: Chromium, server: Server) -> Iterator[Page]:
    """The form of a new question, with its scripts at work."""
    opened = new_page(chromium, server)
    opened.context.set_default_timeout(10_000)
    sign_in(opened, "boss")
    opened.goto("/admin/categories")
    if not opened.get_by_role("link", name="Pictures").count():
        opened.get_by_label("Name", exact=True).fill("Pictures")
        opened.get_by_role("button", name="Add the category").click()
    opened.goto("/ask")
    expect(opened.locator("[data-tools]").first).to_be_visible()
    yield opened
    opened.context.close()


def test_each_image_stands_on_a_line_of_its_own(page: Page, png: bytes) -> None:
    area = page.locator("main textarea[name=body]")
    area.fill("It looks so:")
    assert not page.evaluate(_PASTE, [base64.b64encode(png).decode(), {}]), "the paste was taken for an image"
    expect(page.get_by_text("Image added")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.locator("[data-pick-image]").click()
    chooser.value.set_files(FilePayload(name="tap.png", mimeType="image/png", buffer=png))
    expect(page.locator("[data-preview-fold] img")).to_have_count(2)
    first, second, third = area.input_value().rstrip("\n").split("\n")
    assert first == "It looks so:" and second.startswith("![pasted](/uploads/") and third.startswith("![tap](/uploads/")


def test_the_picture_that_comes_with_a_copied_text_is_left_out(page: Page, png: bytes) -> None:
    """Word processors put one beside what was copied from them."""
    texts = {"text/plain": "two cells", "text/html": "<td>two</td><td>cells</td>"}
    assert page.evaluate(_PASTE, [base64.b64encode(png).decode(), texts]), "the browser pastes the text itself"
