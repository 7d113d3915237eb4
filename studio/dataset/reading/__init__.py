"""From a file of any kind to rows and problems: its text, its records, which columns hold what, and what a record means."""
