"""Categories, threads, answers, votes, acceptance and outcomes. Knows no article and no moderator's queue."""
