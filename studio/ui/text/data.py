"""The sentences of the Data page."""

from __future__ import annotations

TITLE = "Data"
PURPOSE = "Bring in the answers that you have, see every row, and know what was left out and why."

IMPORT_TITLE = "Import a file"
FILE_LABEL = "Excel, CSV, JSON, JSONL, Parquet or a zip of those, at most {limit} MB"
FILE_HELP = (
    "A spreadsheet with a column of questions and a column of answers, whatever they are called; or conversations (chat records, ShareGPT, "
    "OpenAI messages), alpaca or preference pairs. You see what the file was taken for before anything is imported."
)
QUESTION_COLUMN = "Column with the questions"
ANSWER_COLUMN = "Column with the answers"
COLUMN_HELP = "Change it where the guess is wrong."
COLUMN_UNKNOWN = "Choose it: none has a known name."
CHOOSE_BOTH_COLUMNS = "Choose the column with the questions and the one with the answers."
NAME_LABEL = "Name of the dataset"
NAME_HELP = "Empty takes the file's name."
IMPORT = "Import"
IMPORT_SAMPLES = "Import the sample data"
SAMPLES_HELP = "No file at hand? The sample data are support answers of fourteen industries, ready to train on."
MANUALS_HELP = 'Do the answers stand in manuals, FAQs or help pages? <a href="manuals">Make rows of manuals</a>.'
IDENTITY_HELP = 'Teach the model who it is: make a dataset of your <a href="identity">brand identity</a>.'
SAMPLES_NAME = "sample support answers"
READING = "Reading the rows"
CHOOSE_FILE = "Choose a file first."

PREVIEW_TITLE = "Before you import: how {name} begins"
PREVIEW_SHAPE = "Recognised as {kind}: {shape}."
PREVIEW_FILES = "The zip holds {files} that can be read; this is the first."
PREVIEW_ROWS = "{usable} of the first {rows} can be used as they stand, for example:"
PREVIEW_PROBLEMS = "{rejected} of the first {rows} would be rejected:"
PREVIEW_UNKNOWN = "Not recognised yet"
PREVIEW_BAD = "This file can't be imported."

IMPORTED = "Imported {rows} as the dataset {name}."
NONE_REJECTED = "No row was rejected."
SOME_REJECTED = "{rows} rejected:"
MORE_REJECTED = "All {count} are listed under “Rejected rows” below."
NOT_TAKEN = "Not imported: {reason}"
TRAIN_WITH_IT = "Train with it"

LIST_TITLE = "Datasets"
EMPTY = "There is no dataset yet. A dataset is what a training learns from: questions as customers ask them, each with the right answer."
EMPTY_STEP = "Import a file above, or take the sample data with one click."
EMPTY_VISITOR = "The operator of this studio has not imported any yet."
LIST_HEAD = ("Name", "Rows", "Rejected", "Source", "Created", "Fingerprint")
OLDER = "{count} older"
CHOSEN_MARK = "shown below"

CHOOSE = "Dataset"
FACTS = {"source": "Source", "fingerprint": "Fingerprint"}
LINK_TO_VIEW = "Link to this view"
DOWNLOAD = "Download {name} ({size})"
DELETE = "Delete"
DELETED = "The dataset {name} was deleted. It stays in the trash for {days} days."
UNDO = "Undo"
RESTORED = "The dataset {name} is back."

TRASH_TITLE = "Deleted datasets"
TRASH_LABEL = "Deleted in the last {days} days"
RESTORE = "Restore"
CHOOSE_DELETED = "Choose one of the deleted datasets first."
CHOOSE_DATASET = "Choose a dataset first."

ROWS_TAB = "Rows"
REJECTED_TAB = "Rejected rows"
REJECTED_TAB_COUNTED = "Rejected rows ({count})"
SEARCH = "Text in question or answer"
SEARCH_HELP = "Press Enter to search."
INDUSTRY = "Industry"
FAMILY = "Family"
ALL_INDUSTRIES = "All industries"
ALL_FAMILIES = "All families"
MATCHES = "Rows {first} to {last} of {matched}"
MATCHES_FILTERED = "Rows {first} to {last} of {matched} that match, of {total} in all"
NO_MATCH = "No row matches. Clear the text, or choose all industries and families."
QUESTION = "Question"
ANSWER = "Answer"
SPEAKERS = {"system": "System", "user": "Customer", "assistant": "Agent"}
EARLIER = "Earlier turns"
PAGE = "Page"
PAGE_OF = "Page, of {pages}"
PREVIOUS = "Previous page"
NEXT = "Next page"

REJECTED_HEAD = ("Row", "What is wrong")
REJECTED_RANGE = (
    "{first} to {last} of {total} rejected rows. Rows are counted from 1, without the line of column names and empty lines."
)
REJECTED_NONE = "Every row of the source was usable."
EXPORT_REJECTED = "Export the rejected rows as JSON"
