"""The sentences of the Data page's mixing and splitting."""

from __future__ import annotations

TITLE = "Mix and split"
MIX_TAB = "Mix"
SPLIT_TAB = "Split"
NAME = "Name"
SEED = "Seed"
SEED_HELP = "The same number draws the same rows."

MIX_HELP = (
    "One dataset of several. A weight is a share: 7 and 3 give seven rows in ten to the first. Where a dataset has fewer rows than its share, "
    "they are repeated; where it has more, some are drawn."
)
MIX_OF = "Datasets"
MIX_OF_HELP = "Two to {most}."
WEIGHT_OF = "Weight of {name}"
IDENTITY_WEIGHTS = (
    "{names} teaches who the assistant is. One such row to about {rows} support rows is a good start, so the weights begin so; change them as "
    "you like."
)
MIX_ROWS = "Rows in all"
MIX_ROWS_HELP = "0: as many as they have together."
MIX_NAME_HELP = "Empty takes the names of its parts."
MIX = "Make the mix"
MIX_HEAD = ("Dataset", "Rows it has", "Rows in the mix", "How")
MIX_TOTAL = "The mix will have {rows}."
MIXED = "The dataset {name} was mixed: {rows}."
TOO_MANY = "A mix is made of {most} datasets at most. Mix some of them first."
WHOLE = "each {times}"
TIMES = {1: "once", 2: "twice"}
MANY_TIMES = "{count} times"
SOME_ONCE_MORE = "{count} of them once more"
SAMPLED = "{count} drawn, {left} left out"

SPLIT_HELP = "A training and a validation part that share no family and no phrasing: rows of one family, or with nearly the same question, stay together."
SPLIT_OF = "Dataset"
SHARE = "Share of the rows for validation"
SPLIT_NAME_HELP = "The parts are called NAME train and NAME validation. Empty takes the dataset's name."
LOOK = "See the counts"
SPLIT = "Make the two parts"
SPLIT_COUNTS = (
    "{training} to train on and {validation} to validate with, drawn from {groups} that share no family and no phrasing."
)
SPLIT_LEFT_OUT = "{rows} will be in neither part, because the question is too near to one in the training part."
SPLIT_NEAR_WORDS = "There are so many rows that phrasings are compared by their words only."
SPLIT_DONE = "The dataset {name} was split: {training} in {training_link}, {validation} in {validation_link}."
