"""The blueprint that all notification routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)
