"""Importing a Stack Exchange dump: one module for each kind of row, all of them resumable and idempotent."""
