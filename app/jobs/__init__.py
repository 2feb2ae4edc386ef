"""Durable background work: a table of jobs written in the same transaction as the fact that needs them."""
