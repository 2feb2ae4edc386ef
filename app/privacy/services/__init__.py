"""Writes of privacy."""
