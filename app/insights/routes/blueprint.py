"""The blueprint that all insights routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("insights", __name__)
