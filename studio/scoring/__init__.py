"""What makes one answer right: the items of a question set, how an answer is read, and the verdict on it.

This package knows one answer at a time. It does not know models, runs or pages, nor how verdicts add up to an accuracy
with an interval: that is `studio.evaluation`.
"""
