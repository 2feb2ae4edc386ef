"""The blueprint that all forum routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("forum", __name__)
