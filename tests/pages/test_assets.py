"""Static files: each client gets the smallest form it accepts, once a year, and is told when it has the file already."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

FORMS: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("", "", bytes), ("gzip, deflate", "gzip", gzip.decompress), ("gzip, br, zstd", "br", brotli.decompress), ("br;q=0, identity", "", bytes),
]  # fmt: skip


@pytest.mark.parametrize(("accepted", "encoding", "unpack"), FORMS)
@pytest.mark.parametrize("name", ["site.css", "js/site.js", "icons.svg"])
def test_texts_come_in_the_smallest_form_a_client_accepts(
    app: Flask, client: FlaskClient, name: str, accepted: str, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    store = app.extensions["assets"]
    answer = client.get(store.url(name), headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert unpack(answer.data) == store.files[name]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"] and "immutable" in answer.headers["Cache-Control"]
    again = client.get(store.url(name), headers={"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])


def test_each_form_has_a_tag_of_its_own_and_is_made_once(app: Flask, client: FlaskClient) -> None:
    store = app.extensions["assets"]
    tags = {client.get(store.url("site.css"), headers={"Accept-Encoding": form}).headers["ETag"] for form in ("", "gzip", "br")}
    assert len(tags) == 3
    assert store.form("site.css", "br") is store.form("site.css", "br")
    assert len(store.form("site.css", "br")) < len(store.form("site.css", "gzip")) < len(store.files["site.css"]) / 4


def test_images_are_sent_as_they_are(app: Flask, client: FlaskClient) -> None:
    store = app.extensions["assets"]
    answer = client.get(store.url("icon-192.png"), headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in answer.headers and answer.data == store.content("icon-192.png")


def test_the_icon_of_the_site_is_drawn_in_the_file_of_symbols(app: Flask) -> None:
    """Pages name one file for both, so that a first visit asks for it once."""
    files = app.extensions["assets"].files
    drawn = re.sub(r"<symbol.*?</symbol>|<!--.*?-->", "", files["icons.svg"].decode(), flags=re.DOTALL)
    path = re.search(r' d="([^"]+)"', files["favicon.svg"].decode())
    assert path and path[1] in drawn
