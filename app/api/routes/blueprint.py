"""The blueprint that all api routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("api", __name__)
