"""The catalogs of messages in each language; nothing but data."""
