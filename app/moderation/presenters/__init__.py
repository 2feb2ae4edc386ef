"""What moderators see before they decide, and what everybody sees of what they decided, in words. Reads; decides nothing."""
