"""Looking at texts before they are seen: rules of moderators, habits of new people, repeats, and what was spam before."""
