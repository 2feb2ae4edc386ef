"""The blueprint that all notification routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)
