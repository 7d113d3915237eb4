"""Everything on disk: where things lie, runs, datasets, and the database."""
