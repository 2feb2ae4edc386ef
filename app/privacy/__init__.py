"""What people can do about what is kept about them: take a copy, erase it; and what admins do with accounts: anonymise, merge."""
