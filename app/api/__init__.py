"""Addresses for programs: JSON over the same queries and services as the pages."""
