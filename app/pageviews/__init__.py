"""Counting readers: human, deduplicated, cheap. Never touches the row of what is read."""
