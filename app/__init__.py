"""Threadwell: community answers, measured resolution, curated knowledge."""
