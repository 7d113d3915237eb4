"""Distillation: manuals become question and answer rows.

A manual is cut into passages. Its own structure gives some rows; a teacher, where one is configured, writes more. Both
make candidates, which a person approves, edits or drops before they become a dataset.

`manuals` reads documents of every kind as Markdown (`markup`, `pdf`, `plaintext`); `structure` splits it by its `blocks`, `sections` and own
`faq`, and asks headings as `questions`; `teacher` writes more and `grounding` checks it. `distill` is the job, `review` what a person decides.
"""
