"""Whole pages for visitors, kept ready in front of Flask and never older than the last change of what they show.

Owns: what a page shows (`marking`), what changed (`changes`, `triggers`), the pages kept (`store`) and the WSGI layer that answers
with them (`middleware`). Must not know any feature: routes say what their page shows, packages which of their tables show where.
"""
