"""The blueprint that all insights routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("insights", __name__)
