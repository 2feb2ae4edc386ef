"""The kernel: settings, database, unit of work, events, errors, time, text. Knows no feature and no request."""
