"""What can be done in kb: one verb a module."""
