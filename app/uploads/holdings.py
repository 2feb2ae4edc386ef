"""What uploads keep about people, for exports, erasing and merging (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing
from app.core.i18n import lazy_gettext
from app.uploads.models import Upload
from app.uploads.urls import upload_path

HOLDINGS = (
    Holding(
        Upload.person_id, "uploads", lazy_gettext("Images that you uploaded; the files are in the folder “files”."), OnErasing.FORGET,
        leave_out=("is_used",), address=lambda row: upload_path(row["name"]),
    ),
)  # fmt: skip
