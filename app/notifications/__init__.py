"""Telling people: a list on the site, and mails by preference. Listens to the events of all packages below."""
