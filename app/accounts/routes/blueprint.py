"""The blueprint that all account routes hang on; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
