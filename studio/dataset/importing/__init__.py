"""From files to a dataset that is there whole or not at all: one file, a registry of files, or answers to a list of questions."""
