"""What staff do at the desk: one verb a module. Services never commit, render or read the clock directly."""
