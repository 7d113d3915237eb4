"""The sentences of the page From manuals."""

from __future__ import annotations

from studio.dataset.distillation.review import Standing

TITLE = "From manuals"
PURPOSE = (
    "Make training rows of manuals, FAQs and help pages. Their own headings, questions, steps and tables become questions with answers, word for word; "
    "a teacher, if you have one, writes more. You approve, edit or drop each row before it becomes a dataset."
)
BACK = '<a href="data">Back to Data</a>'
VISITOR = "Making rows of manuals is for the operator of this studio."

START_TITLE = "Choose documents"
FILES_LABEL = "Markdown, text, HTML, PDF, Word, or JSON articles, at most {limit} MB each"
NAME_LABEL = "Name of the dataset"
NAME_HELP = "Empty takes the first document's name."
TEACHER_TITLE = "A teacher writes more (optional)"
TEACHER_HELP = (
    "A larger model behind any OpenAI-compatible address writes the same needs in other words. Every answer is checked against the passage: numbers, "
    "names, steps and denials. What fails is shown with the reason. The passages of your documents are sent to that address. "
    "Its key is read from STUDIO_TEACHER_KEY and goes to STUDIO_TEACHER's address only."
)
TEACHER_USE = "Ask a teacher"
TEACHER_LABEL = "Teacher, as URL#MODEL"
TEACHER_PLACEHOLDER = "http://127.0.0.1:8000/v1#qwen2-7b"
TEACHER_CONFIGURED = "Empty takes the configured one: {name}"
TEACHER_NONE = "None is configured in STUDIO_TEACHER."
LANGUAGES_LABEL = "Languages"
PHRASINGS_LABEL = "Questions for a need"
START = "Make rows"
CHOOSE_FILES = "Choose a document first."
STARTED = "The documents are being read."

RUNS_TITLE = "Earlier documents"
RUN_LINK = "{name}, {when}"
STOP = "Stop and keep what is there"
STOP_ASKED = "The run stops at its next step and keeps what is there."
RESUME = "Resume"
RESUMED = "The run goes on where it was."
STATE_QUEUED = "Waiting for another run to end"
PROGRESS = "{phase}: {done} of {total}"
NOTES = "What happened"
FOUND = "{candidates} from {documents}"
NOTHING = (
    "These documents gave no question with an answer: there is no heading with text under it, no FAQ and no numbered steps. "
    "Give them headings, or ask a teacher."
)

SHOW = "Show"
STANDINGS = {
    Standing.UNDECIDED: "To decide",
    Standing.REJECTED: "Rejected by the checks",
    Standing.APPROVED: "Approved",
    Standing.DROPPED: "Dropped",
}
ALL = "All"
NONE_HERE = {
    Standing.UNDECIDED: "Nothing is left to decide.",
    Standing.REJECTED: "The checks rejected nothing that is still open.",
    Standing.APPROVED: "Nothing is approved yet.",
    Standing.DROPPED: "Nothing was dropped.",
}
NONE_AT_ALL = "There is no row."
RANGE = "{first} to {last} of {total}"
PAGE = "Page"
PAGE_OF = "Page, of {pages}"
PREVIOUS = "Previous page"
NEXT = "Next page"

QUESTION = "Question"
ANSWER = "Answer"
APPROVE = "Approve"
DROP = "Drop"
REOPEN = "Decide later"
PASSAGE = "In the document"
ORIGINS = {"structure": "from the document's structure", "teacher": "by the teacher"}
EDITED = "edited"
AGAINST = "What speaks against it"
AGAINST_EDIT = "The passage does not support your edit"
APPROVED_ANYWAY = "Approved. The passage does not support all of it: {reasons}"
APPROVE_SHOWN = "Approve the {count} shown"
UNDO = "Undo the last decision"
EXPORT = "Export these as alpaca JSON"
NOTHING_TO_EXPORT = "No row here has a question and an answer, so there is nothing to export."
MAKE = "Make dataset of {rows}"
MAKE_NONE = "Approve rows to make a dataset"
CHOOSE_RUN = "Choose documents first."
NOT_A_DISTILLATION = "Run {run} made no rows of manuals. Choose one of the list."
