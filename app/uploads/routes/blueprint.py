"""The blueprint that all upload routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("uploads", __name__)
