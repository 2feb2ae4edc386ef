"""The sitemap: an index, and files of at most 10,000 addresses that are public and worth indexing, packed and as plain XML."""

import gzip

from flask import Response

from app.core.errors import NotFound
from app.pages.blueprint import blueprint
from app.pages.sitemap_files import KINDS, list_sitemap_entries, list_sitemap_files
from app.web.access import public
from app.web.headers import say_changed
from app.web.marking import ARTICLES, THREADS, keep_page
from app.web.render import render_text
from app.web.seo import absolute

_FILE = f"/sitemap-<any({','.join(KINDS)}):kind>-<id:number>.xml"
HIGHEST = 1_000_000_000


@blueprint.get("/sitemap.xml")
@public
def sitemap_index() -> Response:
    """List the files of the sitemap."""
    keep_page(THREADS, ARTICLES)
    xml = render_text("feeds/sitemap_index.xml", files=list_sitemap_files(), absolute=absolute)
    return Response(xml, mimetype="application/xml")


@blueprint.get(_FILE, defaults={"is_packed": False})
@blueprint.get(f"{_FILE}.gz", defaults={"is_packed": True})
@public
def sitemap_file(kind: str, number: int, is_packed: bool) -> Response:
    """List the addresses of one file; one without any does not exist."""
    entries = list_sitemap_entries(kind, number) if number < HIGHEST else ()
    if not entries:
        raise NotFound
    keep_page(THREADS, ARTICLES)
    xml = render_text("feeds/sitemap.xml", entries=entries, absolute=absolute)
    response = Response(gzip.compress(xml.encode(), mtime=0), mimetype="application/gzip") if is_packed else Response(xml)
    if not is_packed:
        response.mimetype = "application/xml"
    dates = [entry.changed_at for entry in entries if entry.changed_at]
    say_changed(response, max(dates) if len(dates) == len(entries) else None)
    return response
