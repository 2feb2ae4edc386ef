"""The sitemap: an index, and files of at most 10,000 addresses that are public and worth indexing."""

from flask import Response, render_template

from app.core.errors import NotFound
from app.pages.blueprint import blueprint
from app.pages.queries import SITEMAP_KINDS, list_sitemap_entries, list_sitemap_files
from app.web.access import public
from app.web.marking import ARTICLES, THREADS, keep_page
from app.web.seo import absolute


@blueprint.get("/sitemap.xml")
@public
def sitemap_index() -> Response:
    """List the files of the sitemap."""
    keep_page(THREADS, ARTICLES)
    xml = render_template("feeds/sitemap_index.xml", files=list_sitemap_files(), absolute=absolute)
    return Response(xml, mimetype="application/xml")


@blueprint.get(f"/sitemap-<any({','.join(SITEMAP_KINDS)}):kind>-<id:number>.xml")
@public
def sitemap_file(kind: str, number: int) -> Response:
    """List the addresses of one file; one without any does not exist."""
    entries = list_sitemap_entries(kind, number) if number < 1_000_000_000 else ()
    if not entries:
        raise NotFound
    keep_page(THREADS, ARTICLES)
    return Response(render_template("feeds/sitemap.xml", entries=entries, absolute=absolute), mimetype="application/xml")
