"""Waves of spam: everything like one text or account is found, put away in one action, and given back or removed for good."""
