"""The blueprint that all search routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("search", __name__)
