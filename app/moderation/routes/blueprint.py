"""The blueprint that all moderation routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("moderation", __name__)
