"""The blueprint that all pages of privacy hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__)
