"""What the desk reads: frozen rows with exactly what a page shows."""
