"""From a team's files to a dataset: readers that know a format, checks that know a row, and the import that joins them.

A reader (`alpaca`) turns a file into rows and problems and knows no other format; what any file may do wrong is in
`textfile` and `records`, what any row may do wrong in `checks`. `importing` and `registry` write datasets; `phrasings`
guards the question sets.
"""
