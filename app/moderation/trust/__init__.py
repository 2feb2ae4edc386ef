"""How far people are trusted: their records, the levels these earn, and what moderators and staff decide about levels."""
