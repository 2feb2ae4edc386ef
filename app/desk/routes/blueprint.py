"""The blueprint that all desk routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)
