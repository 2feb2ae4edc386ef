"""Reports beyond their rows: how much they count, when they take a text out of sight, what follows from each reason."""
