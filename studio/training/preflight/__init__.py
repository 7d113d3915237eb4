"""Preflight: what would make a training fail, or learn nothing, found before it starts. Errors block it, warnings explain.

findings    what a check finds, and all that was found
lengths     rows with nothing to learn, rows that are cut; from counts of tokens that were taken before
rows        placeholders that were left in, and one real batch: the end of the turn is learned, every token is known to the model
device      number formats, 4 bit and attention that this device can't do
resources   memory and disk
checking    the checks together, for the page and the command line; and in the worker, before the model is loaded

Only `device` imports torch, within its functions.
"""
