"""Sentences that several pages share."""

APP_NAME = "Firstline Studio"
PAGE_NAMES = {
    "data": "Data",
    "identity": "Brand identity",
    "manuals": "From manuals",
    "train": "Train",
    "arena": "Arena",
    "dashboard": "Dashboard",
    "share": "Share",
}
VISITOR_NOTICE = "You are visiting: chat, vote and read as you like. Training, importing, deleting and sharing are for the operator of this studio."
UNEXPECTED = "Something went wrong here, and it is not your fault. Nothing was lost; the log has the details. Try again."
