"""The blueprint that all upload routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("uploads", __name__)
