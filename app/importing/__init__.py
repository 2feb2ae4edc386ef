"""Bringing communities in from elsewhere."""
