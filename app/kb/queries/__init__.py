"""What knowledge-base pages read."""
