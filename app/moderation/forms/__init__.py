"""Forms of moderation, one module a subject."""
