"""Distillation: manuals become question and answer rows.

A manual is cut into passages. Its own structure gives some rows; a teacher, where one is configured, writes more. Both
make candidates, which a person approves, edits or drops before they become a dataset.
"""
