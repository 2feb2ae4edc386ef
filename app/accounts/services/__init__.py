"""What can be done with accounts: one verb a module."""
