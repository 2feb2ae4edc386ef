"""People: sign-up, sign-in, sessions, profiles and roles. Knows no forum and sends no mail itself (it emits events)."""
