"""What forum pages read: frozen rows with exactly what a page shows."""
