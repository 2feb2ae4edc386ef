"""Flags, the queue, the log of decisions, suspensions. Acts on threads through the forum's services."""
