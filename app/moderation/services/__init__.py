"""What can be done in moderation: one verb a module."""
