"""Pages of kb."""
