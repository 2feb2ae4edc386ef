"""Where items of the inbox come from: one module a subject, each named in app/registry.py."""
