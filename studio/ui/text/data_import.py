"""The sentences of an import: how far it is, how it ended, and what to do with files that are no training rows."""

from __future__ import annotations

TITLES = {
    "running": "Importing {what}",
    "queued": "Waiting to import {what}",
    "failed": "{what} could not be imported",
    "stopped": "The import of {what} was cancelled",
}
SAMPLES = "the sample data"
ANSWERS = "the answers"
WAITING = "Two imports are at work already; this one starts as soon as one of them ends."
STARTING = "Starting"
PHASES = {"reading": "Reading the file", "checking": "Checking every row", "writing": "Writing the dataset"}
STEPS = "Step {number} of {steps}: {phase}"
PERCENT = "{percent:.0%} done"
ROWS_DONE = "{done} of {rows} rows"
TIME_LEFT = "{time} left"
PROGRESS_LABEL = "Progress of the import"
STAYS = "You can leave or reload this page: the import goes on."
CANCELLING = "Cancelling"
CANCELLING_HINT = "It ends as soon as the step at work lets it; nothing will be kept."
NOTHING_KEPT = "Nothing was kept of it."
CHOOSE_ANOTHER = "Choose another file above, or correct this one and import it again."
CAN_TRY_AGAIN = "The file is still here: try again, or choose another one above."
CANCEL = "Cancel the import"
TRY_AGAIN = "Try again"
STARTED = "The import has started."
MAY_IMPORT = "import data"
MAY_CANCEL = "cancel an import"

SCORE = "Health score: {score:g} of 100."
FOUND = "Found by the checks: {found}."
SOUND = "The checks found nothing wrong."
KINDS = {
    "empty": ("empty row", "empty rows"),
    "turn_order": ("row with turns out of order", "rows with turns out of order"),
    "placeholder": ("leftover placeholder", "leftover placeholders"),
    "contradiction": ("contradicting answer", "contradicting answers"),
    "leakage": ("question that is also measured", "questions that are also measured"),
    "personal_data": ("row with personal data", "rows with personal data"),
    "too_long": ("row that may be too long", "rows that may be too long"),
    "duplicate": ("duplicate", "duplicates"),
    "near_duplicate": ("near-duplicate", "near-duplicates"),
}
"""What was found, of one and of several."""

IMPORT_QUESTIONS = "Import the questions"
QUESTIONS_TITLE = "These are questions without answers"
QUESTIONS_WHAT = (
    "A model learns from answers, so they can't be trained as they are. Import them as a list of questions; then write one answer for each "
    "category, and every question of it gets that answer. If a column does hold the answers, choose it above instead."
)
QUESTIONS_SHAPE = "Recognised as {kind}: {shape}."
QUESTIONS_EXAMPLES = "For example:"
ARTICLES_TITLE = "These are articles"
ARTICLES_WHAT = (
    "The file holds texts with a title, not questions with answers. They become training rows under "
    '<a href="manuals">From manuals</a>, which splits them into questions and answers that you approve.'
)

QUESTIONS_MARK = "questions without answers"
QUESTIONS_NEXT = "They can't be trained yet: write one answer a category under “Answers” below."
ANSWERS_TAB = "Answers"
ANSWERS_HELP = (
    "Write one answer for each category; every question of the category gets it, and together they make a new dataset that can be trained. "
    "Leave out what you don't want answered. To go on later, or in a spreadsheet, download the sheet: it holds what you have written."
)
ANSWERS_MANY = "There are {count} categories, more than a page can hold: download the sheet, fill it in, and upload it."
ANSWERS_COLUMNS = ("Category", "Questions", "For example", "Your answer")
ANSWERS_TABLE = "One answer a category"
DOWNLOAD_SHEET = "Download the sheet"
UPLOAD_SHEET = "Upload a filled sheet"
MAKE = "Make the dataset"
SHEET_READ = "{count} of {categories} categories have an answer now. Look them over, then make the dataset."
SHEET_READ_MANY = "{count} of {categories} categories have an answer: the dataset is being made."
SHEET_FITS_NONE = "No category in the sheet is one of these questions. Download the sheet of this dataset and fill that in."
NO_ANSWER_YET = "Write at least one answer first: click a cell of the last column."
NO_QUESTIONS = "{name} is not recognised as questions without answers. Choose its columns and import it."
MAY_LABEL = "write answers"
