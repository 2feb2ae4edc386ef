"""Uploading images and serving them: always as what they are, never as anything that a browser would run."""

from flask import Response, jsonify, request, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.markup import image_markdown
from app.core.text import shorten
from app.core.uow import unit_of_work
from app.uploads.models import Upload
from app.uploads.policies import ensure_can_upload
from app.uploads.routes.blueprint import blueprint
from app.uploads.services.checking import check_image
from app.uploads.services.storing import FOLDER, find_own_upload, record_upload, remove_file, write_file
from app.uploads.urls import file_path_of, is_upload_name, media_type_of, upload_path
from app.web.access import members, public
from app.web.context import current_actor, site_settings, wants_json
from app.web.forms import query_line
from app.web.ratelimit import UPLOADING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

# An image opened by itself is a document, too: one that may load and run nothing.
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


@blueprint.get("/uploads/new")
@members
def upload_page() -> Response:
    """Show the form for browsers without scripts, and after an upload the Markdown to copy."""
    actor = current_actor()
    ensure_can_upload(actor)
    return _page(find_own_upload(actor, query_line("image", 60)))


@blueprint.post("/uploads")
@members
@limiter.limit(UPLOADING)
def upload() -> BaseResponse:
    """Store the posted image; scripts get its address and Markdown as JSON, forms a page with the same."""
    actor = current_actor()
    ensure_can_upload(actor)
    try:
        stored = _store()
    except Invalid as error:
        if wants_json():
            raise
        return _page(None, 400, error.message)
    if not wants_json():
        return see_other(f"/uploads/new?image={stored.name}")
    path = upload_path(stored.name)
    response = jsonify(url=path, markdown=_markdown(stored), width=stored.width, height=stored.height)
    response.status_code = 201
    return response


@blueprint.get("/uploads/<name>")
@public
def serve_upload(name: str) -> BaseResponse:
    """Answer with a stored image; anything else is not found."""
    if not is_upload_name(name):
        raise NotFound
    folder = site_settings().instance_path / FOLDER
    response = send_from_directory(folder, file_path_of(name), mimetype=media_type_of(name), max_age=31536000, etag=True)
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    return response


def _store() -> Upload:
    """Check the posted file, write it, then its row; without a row the file goes again. Raises Invalid, TooMany."""
    settings, file = site_settings(), request.files.get("file")
    max_bytes = settings.max_upload_mb * 1024 * 1024
    image = check_image(file.read(max_bytes + 1) if file else b"", max_bytes)
    name = write_file(image, settings.instance_path)
    try:
        with unit_of_work():
            return record_upload(current_actor(), name=name, image=image)
    except BaseException:
        remove_file(name, settings.instance_path)
        raise


def _markdown(stored: Upload) -> str:
    file = request.files.get("file")
    stem = (file.filename or "").replace("\\", "/").rpartition("/")[2].rpartition(".")[0] if file else ""
    return image_markdown(shorten(stem, 60) or _("image"), upload_path(stored.name), stored.width, stored.height)


def _page(stored: Upload | None, status: int = 200, error: str = "") -> Response:
    path, markdown = (upload_path(stored.name), _markdown(stored)) if stored else ("", "")
    return page(
        "uploads/new.html", Head(_("Add an image")), status, error=error, max_mb=site_settings().max_upload_mb,
        path=path, markdown=markdown, width=stored.width if stored else 0, height=stored.height if stored else 0,
    )  # fmt: skip
