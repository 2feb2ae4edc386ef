"""What can be done in the forum: one verb a module. Services never commit, render or read the clock directly."""
