"""People and what moderators decide about them: warnings, mutes, suspensions, bans, their records, and appeals."""
