"""What the Dashboard page says."""

from __future__ import annotations

TITLE = "# Dashboard"
INTRO = "How often each model is right, on questions that nobody trained on: with what that number is worth, and item by item."

EMPTY_TITLE = "There is no report yet"
EMPTY = (
    "A report says on how many questions of a question set the base and the tuned model give the right answer, which ones tuning "
    "fixed and which it broke. Train a model, then evaluate it below; the base model can be measured right away."
)
EMPTY_LINK = "Go to Train"

NO_REPORT = "No report is open. Choose one from the list."
REPORTS = "All reports, newest first"
REPORT_COLUMNS = ("Made", "Question set", "Base", "Tuned", "Report")
OPEN_REPORT = "Open {report}"
OPENED = "open now"
SHOWING_NEWEST = "The newest {shown} of {total} reports; an older one opens with its id in the address: ?report=ID."

REPORT_TITLE = "{name}, {when}"
ABOUT = "{items} asked with {decoding} decoding. Question set fingerprint {fingerprint}. Report {report}."
FILLED = "Asked about {values}."
GREEDY, SAMPLED = "greedy", "sampled"
BASE, TUNED = "Base", "Tuned"
RIGHT = "of the answers are right"
WILSON = "Wilson 95%"
FAMILIES = "Resampled by family, 95%"
WEIGHTED = "Weighted by traffic"
WORST = "Worst industry"
ERRORED = "Errored, counted as wrong"
WORDS = "Mean answer length"
SECONDS = "Time to answer all"
NO_INDUSTRY = "no item names one"

COMPARISON = "What tuning changed"
FIXED, BROKEN = "Fixed", "Broken"
BOTH_PASSED, BOTH_FAILED = "Right before and after", "Wrong before and after"
NOT_COMPARED = "This report holds no pair of a base and a tuned model, so nothing is compared."
NO_DIFFERENCE = "Nothing changed: {subject} fixed no item and broke none."
CHANGED = "{subject} fixed {fixed} and broke {broken}."
CHANCE = "If there were no difference, a split at least this uneven would still come up with a probability of {chance} (exact McNemar, {p})."
BETTER = "That is more than chance explains."
WORSE = "That is a loss, by more than chance explains."
UNCLEAR = "That is not enough to tell the two apart."
TUNING = "Tuning"

FLOORS = "What knowing nothing scores"
FLOORS_NOTE = "The same questions, answered without any knowledge. A set on which one of these scores is too easy."
FLOOR_NAMES = {
    "empty": "An empty answer",
    "refusal": "A refusal",
    "contact support": "“Please contact support”",
    "echo": "The question, echoed",
}

CHART = "## Accuracy by industry"
CHART_LABEL = "Accuracy by industry, with Wilson 95% intervals"
CHART_TABLE = "The numbers behind the chart"
INDUSTRY = "Industry"

SHARE = "Share this report"
DOWNLOAD = "Download this report"
DOWNLOAD_NOTE = "The whole report as JSON, and its items as a table for a spreadsheet (CSV)."
DOWNLOAD_BUTTON = "Prepare the files"
DOWNLOAD_FILES = "Report (JSON) and items (CSV)"
MAY_DOWNLOAD = "download a report"

ITEMS = "## Item by item"
SHOW_LABEL = "Show"
SHOW_CHOICES = (
    ("All", "all"),
    ("Fixed by tuning", "fixed"),
    ("Broken by tuning", "broken"),
    ("Not right when tuned", "failed"),
    ("Right when tuned", "passed"),
)
INDUSTRY_LABEL = "Industry"
ALL_INDUSTRIES = "All"
SEARCH_LABEL = "Search in questions and answers"
PREVIOUS, FOLLOWING = "Previous 10", "Next 10"
LINK_LABEL = "Link to this view"
COUNT = "{items}, page {page} of {pages}."
NO_ITEM = "No item matches these filters. Show all of them, or search for something else."
REFERENCE = "Reference answer"
SEVERITY = "{severity} severity"
MISSED = "Missed"
CLAIMED = "False claim"
HANDOVER = "The hand-over to a person is wrong."
NO_ANSWER = "no answer"
OUTCOME_WORDS = {"passed": "Right", "failed": "Wrong", "errored": "Errored"}

AGAINST = "## Run against run"
AGAINST_NOTE = (
    "The tuned model of this report against that of another one, item by item. Both must have been asked the same question set."
)
AGAINST_LABEL = "The other report"
AGAINST_NONE = "None"
AGAINST_TITLE = "From {earlier} to {later}"
AGAINST_SHARED = "On the {items} that both answered: {before} before, {after} after."
AGAINST_SUBJECT = "The later run"

EVALUATE = "## Evaluate now"
EVALUATE_NOTE = "Every chosen model answers every question. The evaluation goes on when you close this page."
EVALUATE_VISITOR = "Only the operator of this studio may start an evaluation."
SET_LABEL = "Question set"
MODELS_LABEL = "Models"
MODELS_INFO = "Base and tuned together are compared pairwise."
LIMIT_LABEL = "Only the first so many items"
LIMIT_INFO = "0 asks them all, as a headline number needs it."
FILL_LABEL = "The brand that this set asks about"
FILL_INFO = "One NAME = VALUE a line. The report keeps them."
START = "Evaluate"
STOP = "Stop the evaluation"
MAY_EVALUATE = "start an evaluation"
MAY_STOP = "stop an evaluation"
NO_SET = "Choose a question set first."
NO_MODELS = "Choose at least one model to evaluate."
ONE_BASE = "These models were trained on different base models ({bases}). Evaluate each base model's runs on their own."
NOTHING_RUNS = "No evaluation is running."

QUEUED = "Evaluation {run} waits; {ahead} before it."
STARTING = "Evaluation {run} is starting."
RUNNING = "Evaluation {run}: {phase}, {done} of {total} answers."
PHASE = "Evaluation {run}: {phase}."
TIME_LEFT = "About {time} left."
FINISHED = "Evaluation {run} is done."
FINISHED_LINK = "Open its report"
FAILED = "Evaluation {run} failed: {error}"
STOPPED = "Evaluation {run} was stopped. Its answers so far are kept for a resume."
