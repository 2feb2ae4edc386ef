"""Writes of the uploads package."""
