"""The blueprint of the pages over all features; the modules of this package attach themselves to it."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__)
