"""The blueprint that all account routes hang on; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
