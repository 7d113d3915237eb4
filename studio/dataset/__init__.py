"""From a team's files to a dataset: what a file holds, what its records mean, what is wrong with a row, and the import that joins them.

`sources` turns a file of any kind into records (`records`, `tables`, `textfile`) and knows no format; a shape (`shapes`, guessed in
`guessing`) turns a record into a row and knows no file; `checks` says what any row may do wrong. `reading` runs the one over the
other, `importing` and `registry` write datasets; `phrasings` guards the question sets.
"""
