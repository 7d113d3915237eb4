"""Validation: what a training has learned is asked at every checkpoint, in phrasings that were held back from it.

The best checkpoint is found by these answers, and a training that gets no better may end by them. They are never the questions that make the
headline accuracy: who chooses by those has no measurement left. `items` says what is asked and what is right, `asking` asks the model
in training, and `callback` has every checkpoint validated and keeps the best.
"""
