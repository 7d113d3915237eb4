"""Is a dataset sound: what the checks find over all rows, what the rows are made of, and what remedies do about it."""
