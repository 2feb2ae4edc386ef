"""What developers run by hand; the application never imports it."""
