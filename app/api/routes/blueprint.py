"""The blueprint that all api routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("api", __name__)
