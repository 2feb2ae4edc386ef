"""The blueprint that all desk routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)
