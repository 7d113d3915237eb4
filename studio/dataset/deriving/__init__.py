"""From datasets to a new one that names its parents: mixed, split or mended, and that lineage in words."""
