"""Sharing: an immutable, redacted copy of a report behind an unguessable link, readable by anyone without an account."""
