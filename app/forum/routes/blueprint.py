"""The blueprint that all forum routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("forum", __name__)
