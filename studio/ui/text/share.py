"""The sentences of the Share page."""

from __future__ import annotations

TITLE = "Share"
PURPOSE = (
    "Give an accuracy report to anyone: whoever has the link can read it, without an account. "
    "The link opens a copy that never changes, and you can revoke it at any time."
)
VISITOR = "Links are made and listed by the operator of this studio. You can see here what a shared report would say."

EMPTY = "There is no report to share yet. A report is what an evaluation makes: how often base and tuned are right, question by question."
EMPTY_STEP = "Measure accuracy on the Dashboard"

REPORT = "Report"
REPORT_CHOICE = "{name}: {scores} ({moment})"
ROLE_WORDS = {"base": "base", "tuned": "tuned"}
REPORT_TITLE = "Title of the shared page"
REPORT_TITLE_HELP = "Empty takes: {title}"
EXPIRY = "The link opens for"
EXPIRIES = (("1 day", "1"), ("7 days", "7"), ("30 days", "30"), ("90 days", "90"), ("Until it is revoked", "never"))
DEFAULT_EXPIRY = "30"
MAKE = "Make link"
SHOW_PAGE = "Show the page as it will be"
PAGE_FRAME = "The shared page, as it will be"
CHOOSE_REPORT = "Choose a report first."
LINK_TO_VIEW = "Link to this view"
SEE_REPORT = "See it on the Dashboard"

PREVIEW_TITLE = "What the link will show"
INTERVAL = "Wilson 95%: {interval}"
CONTENT = "{items} with question, reference and every model's answer; {data} as data."
REDACTED = "Replaced before it is shared: {what}."
NOTHING_REDACTED = "No personal data or secret was found in it, so nothing is replaced."
LEFT_OUT = "Left out: the names of runs, the folders of this machine, and everything that is not part of the report."
READ_IT = "Automatic redaction finds forms, not meanings: read the page before you share it."

URL = "The link, shown this once"
MADE = "The link is ready. {until}"
UNTIL = "It opens until {moment}."
UNTIL_REVOKED = "It opens until you revoke it."
NOT_STORED = "Copy it now: only a fingerprint of it is kept here, so it can't be shown again."
LOCAL_ONLY = "This address opens on this machine only. Set STUDIO_URL to the address that others reach the studio at."
OPEN = "Open the shared page"

LINKS_TITLE = "Your links"
NO_LINKS = "You have made no link yet."
LINKS_HEAD = ("Title", "State", "Action", "Expires", "Opened", "Made", "Report")
BEGINS = "begins with {hint}…"
NEVER = "never"
OPENED = "{times}, last {moment}"
NOT_OPENED = "not yet"
STATES = {"open": "Active", "expired": "Expired", "revoked": "Revoked"}
REVOKE = "Revoke"
REVOKE_ASK = "Revoke …"
REVOKE_HELP = "For good: nobody can open it any more."
REVOKED = "The link was revoked. It opens nothing from now on."
OLDER = "{count} that open no more"
