"""The blueprint that all pages of privacy hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__)
