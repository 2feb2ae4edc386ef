"""Taking everything that a person wrote out of sight with one decision, and giving exactly that back with another."""
