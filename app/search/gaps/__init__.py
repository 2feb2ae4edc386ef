"""Searches that find nothing anybody opens, put together to gaps, and what curators do about them."""
