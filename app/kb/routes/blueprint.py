"""The blueprint that all knowledge-base routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("kb", __name__)
