"""The blueprint that all moderation routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("moderation", __name__)
