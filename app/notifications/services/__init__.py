"""Writes of notifications: telling, marking as read, preferences."""
