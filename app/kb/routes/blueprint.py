"""The blueprint that all knowledge-base routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("kb", __name__)
