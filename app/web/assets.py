"""Styles, scripts and icons under content-hashed addresses with a one-year cache. The style sheet of all pages is one file, joined at start."""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request

from app.core.errors import NotFound
from app.core.settings import Settings
from app.web.access import public
from app.web.brand import DRAWN_IN, ICONS, brand_hex, paint_icon
from app.web.compressing import SUFFIX, compress, pick_encoding
from app.web.headers import tag_of, vary_by

STATIC = Path(__file__).resolve().parents[1] / "static"
STYLES = ("tokens", "base", "layout", "components", "pages", "print")
# Sheets that people who are signed in (member) or single pages of theirs load beside it, so that visitors need not.
PAGE_STYLES = ("desk", "desk-item", "drafting", "inbox", "insights", "issues", "member", "style")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ROUND_SIGNS = re.compile(r"\s*([{};,])\s*")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


class AssetStore:
    """All files of app/static in memory (under a MiB), with one hash over them and the brand's colour."""

    def __init__(self, settings: Settings) -> None:
        self.files: dict[str, bytes] = {}
        self.hue = settings.brand_hue
        drawn_in, painted = DRAWN_IN.encode(), brand_hex(self.hue).encode()
        for path in sorted(STATIC.rglob("*")):
            if path.is_file() and path.suffix != ".css":
                content = path.read_bytes()
                is_drawing = path.suffix == ".svg"
                self.files[path.relative_to(STATIC).as_posix()] = content.replace(drawn_in, painted) if is_drawing else content
        self.files["site.css"] = self._styles(settings)
        for name in PAGE_STYLES:
            self.files[f"{name}.css"] = shorten_css((STATIC / "css" / f"{name}.css").read_text(encoding="utf-8")).encode()
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(name.encode() + b"\0" + content)
        self.version = digest.hexdigest()[:12]

        self.form = cache(self._form)
        self.content = cache(self._content)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.files or path in ICONS

    def _content(self, path: str) -> bytes:
        """Return a file; icons are painted in the brand's colour at the first wish for them."""
        return paint_icon(self.files["icon-512.png"], path, self.hue) if path in ICONS else self.files[path]

    def _form(self, path: str, encoding: str) -> bytes:
        """Return a file in an encoding, as small as it gets: made at the first wish for it, then kept like the file itself."""
        return compress(self.files[path], encoding, is_for_long=True) if encoding else self.files[path]

    def url(self, path: str) -> str:
        """Return the address of a file, which changes whenever any of them changes."""
        return f"/assets/{self.version}/{path}"

    @staticmethod
    def _styles(settings: Settings) -> bytes:
        parts = ["@layer tokens, base, layout, components, pages, print;\n"]
        for name in STYLES:
            path = STATIC / "css" / f"{name}.css"
            if path.exists():
                parts.append(path.read_text(encoding="utf-8"))
        parts.append(f":root{{--brand-hue:{settings.brand_hue}}}\n")
        return shorten_css("\n".join(parts)).encode()


def shorten_css(css: str) -> str:
    """Return a style sheet of ours without comments and the space round its signs. Our strings hold neither {};, nor comments."""
    return _ROUND_SIGNS.sub(r"\1", " ".join(_COMMENT.sub(" ", css).split())).replace(";}", "}")


def _store() -> AssetStore:
    store: AssetStore = current_app.extensions["assets"]
    return store


def asset_url(path: str) -> str:
    """Return the address of a static file in the application that answers; templates have it without looking for that."""
    return _store().url(path)


@public
def serve_asset(version: str, path: str) -> Response:
    """Answer with a static file; other versions than today's get it too, but with a short life."""
    store = _store()
    if not store.has(path):
        raise NotFound
    kind = _TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    content = store.content(path)
    response = Response(content, mimetype=kind)
    if version == store.version:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "public, max-age=60"
    tag = tag_of(content)
    response.set_etag(tag)
    response.make_conditional(request)
    if kind in _TYPES.values():
        vary_by(response, "Accept-Encoding")
        encoding = pick_encoding(request.headers.get("Accept-Encoding", ""))
        if encoding and response.status_code == 200:
            response.set_data(store.form(path, encoding))
            response.headers["Content-Encoding"] = encoding
            response.set_etag(tag + SUFFIX[encoding])
    return response


def init_assets(app: Flask, settings: Settings) -> None:
    """Load the static files, serve them and tell templates their addresses."""
    store = app.extensions["assets"] = AssetStore(settings)
    app.jinja_env.globals["asset_url"] = store.url
    app.add_url_rule("/assets/<version>/<path:path>", "assets.serve", serve_asset)
