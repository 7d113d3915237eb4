"""The sentences of the Home page."""

from __future__ import annotations

TITLE = "Firstline Studio"
PURPOSE = (
    "Turn the answers your support team already has into a small model that gives them in your own voice, "
    "and know how often it is right before a customer does."
)
SIGN_IN = "Sign in as the operator"

STEP_TITLES = {"data": "Data", "train": "Train", "arena": "Arena", "dashboard": "Dashboard", "share": "Share"}
STEP_PURPOSES = {
    "data": "Bring your answers in and see that they are sound.",
    "train": "Fine-tune a small open model on them.",
    "arena": "Compare base and tuned side by side, and vote.",
    "dashboard": "Measure how often each is right, question by question.",
    "share": "Give a report to anyone, behind a private link.",
}
STEP_ACTIONS = {
    "data": "Bring data in",
    "train": "Start a training",
    "arena": "Compare and vote",
    "dashboard": "Measure accuracy",
    "share": "Share the report",
}
STEP_VISITS = {
    "data": "See the data",
    "train": "See the trainings",
    "arena": "Go to the arena",
    "dashboard": "See the accuracy",
    "share": "Go to sharing",
}
WATCH = "Watch it"
STATE_WORDS = {"done": "Done", "next": "Next", "at work": "At work", "later": "Later"}

NEWEST_DATASET = "Newest: {name}, {rows}"
REJECTED = "{count} rejected"
NEWEST_TUNED = "Newest: {run}"
TRAINING_FAILED = "The newest training failed: {why}"
SHIPPED = "A tuned model comes with the studio: compare it at once."
PREFERRED = "{wins} of {decisive} decisive votes for tuned"
INTERVAL = "95% interval {interval}"
ROLE_WORDS = {"base": "Base", "tuned": "Tuned"}

JOB_WORDS = {
    "dataset.import_job": "Import",
    "dataset.distillation.distill": "Rows from manuals",
    "training.sft": "Training",
    "training.preference": "Preference training",
    "evaluation.evaluate": "Evaluation",
    "training.exporting.export_job": "Export",
}
OTHER_JOB = "A job"
WAITING_TO_START = "waiting to start"
STARTING = "starting"
ALSO_WAITING = "{count} waiting behind it."
PROGRESS_LABEL = "Progress of {run}"
PROGRESS = "{done} of {total}"
TIME_LEFT = "{time} left"
