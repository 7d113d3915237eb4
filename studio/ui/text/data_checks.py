"""The sentences of the Checks tab."""

from __future__ import annotations

from collections.abc import Mapping

TAB = "Checks"
NOT_EXAMINED = (
    "Nobody has checked this dataset yet. The checks look for repeated and contradicting rows, personal data, leakage and more."
)
NOT_EXAMINED_VISITOR = "Nobody has checked this dataset yet; the operator of this studio can."
EXAMINE = "Check it now"
EXAMINING = "Checking the rows"
MENDING = "Trying the remedies and checking again"

MODEL = "Look for over-long rows with"
MODEL_INFO = "Rows of more than {limit:,} of this model's tokens are cut by a training, unless its max_length is raised."
NO_MODEL = "no model: lengths are not looked at"

SCORE_NAME = "Health score"
SCORE_OF = "of 100"
SCORE_SOUND = "Nothing was found in {rows}."
OWN_CONTACTS = (
    "These look like your own contacts, because answers to so many different questions give them and no customer wrote them. "
    "They are not taken for personal data: {contacts}."
)
SCORE_EXPLAINED = (
    "The health score of {rows} is 100 less the share of the rows in which something is wrong. A row counts once, for the worst that was "
    "found in it; how much of it counts depends on what that is. Which rows are too long depends on the model: choose one."
)
TABLE_TITLE = "What was found"
TABLE_HEAD = ("What", "Found", "Points lost", "What it means")

KINDS: Mapping[str, str] = {
    "empty": "Empty",
    "turn_order": "Wrong turn order",
    "placeholder": "Leftover placeholders",
    "contradiction": "Contradicting answers",
    "leakage": "Leakage",
    "personal_data": "Personal data and secrets",
    "too_long": "Over-long",
    "duplicate": "Repeated rows",
    "near_duplicate": "Nearly repeated rows",
}
MEANINGS: Mapping[str, str] = {
    "empty": "Question or answer is missing. A whole row is lost.",
    "turn_order": "Questions and answers don't take turns. A whole row is lost.",
    "placeholder": "The model would learn to say {{name}}. A whole row is lost.",
    "contradiction": "Two answers to the same need can't both be right. A whole row is lost.",
    "leakage": "The question stands in a question set, so a score would measure memory. A whole row is lost.",
    "personal_data": "The model would learn it and could say it to others. A whole row is lost.",
    "too_long": "A training cuts its end off. Half a row is lost.",
    "duplicate": "It teaches what another row teaches already. Half a row is lost.",
    "near_duplicate": "It teaches little that another row does not. A quarter of a row is lost.",
}
FIXES: Mapping[str, str] = {
    "empty": "Drop them",
    "turn_order": "Drop them",
    "placeholder": "Drop them",
    "contradiction": "Settle them so",
    "leakage": "Drop what leaks",
    "personal_data": "Redact, and keep the rows",
    "too_long": "Drop them",
    "duplicate": "Keep the first of each",
    "near_duplicate": "Keep the first of each",
}
KIND_TITLE = "{kind} ({count})"
KIND_RANGE = "{first} to {last} of {total}"
ROW = "Row {row}"
OTHER_ROW = "Row {row}, beside it"
OTHER_ITEM = "Question {item} of a question set"
PAGE = "Page"
PAGE_OF = "{kind}: page, of {pages}"
KEEP_LABEL = "Of two contradicting rows"
KEEP_CHOICES = (("keep the first", "first"), ("keep the newest", "newest"), ("drop both", "neither"), ("leave both", "leave"))
KEEP_ROW = "Only for row"
KEEP_ROW_INFO = "The one that a sentence is about; empty for all."

PENDING_NONE = "Choose remedies below. You see what they would do; nothing is changed until you save, and this dataset never is."
PENDING = "Would {what}; score {before} → {after}."
PENDING_NOTHING = "These remedies change nothing: no row needs them."
REMOVE = "remove {rows}"
CHANGE = "change {rows}"
REASONS = "Because of: {reasons}."
CHOSEN = "Chosen: {remedies}."
STILL = "Still found then: {found}."
UNDO = "Undo the last"
RESET = "Reset"
SAVE = "Save as new dataset"
NAME = "Name of the new dataset"
NAME_HELP = "Empty adds “mended” to the name."
SAVED = "Saved as {name}: {rows}, {removed} removed, {changed} changed; score {before} → {after}."
SAVED_NOTE = "Saved as {name}. It is the dataset that is shown now."
NOTHING_PENDING = "Choose a remedy first."
CHECK_FIRST = "Check the dataset first."

MAKEUP_TITLE = "What the dataset is made of"
MAKEUP_HEAD = ("Label", "Classes", "Largest", "Smallest", "Largest by smallest", "Without")
LABELS: Mapping[str, str] = {"industry": "Industry", "family": "Family", "intent": "Intent"}
LANGUAGES = "Languages: {languages}."
LENGTHS_TITLE = "Lengths in characters"
LENGTHS_HEAD = ("Of", "Shortest", "Half have at most", "95% have at most", "Longest")
