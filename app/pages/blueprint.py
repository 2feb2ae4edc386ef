"""The blueprint of the pages over all features; modules attach themselves when imported by the registry."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__)
