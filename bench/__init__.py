"""Measurements of the whole server and of its parts. Never part of the application, never a timed test; see bench/README.md."""
