"""Rows as the model sees them: token by token, how long they are, and which are too long."""
