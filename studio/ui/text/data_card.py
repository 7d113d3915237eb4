"""The sentences of the Data page's card and export tab."""

from __future__ import annotations

TAB = "Card and export"
ORIGIN = "Where it comes from"
MADE_FROM = "Made from"
CHILDREN = "Made of it"
NO_CHILDREN = "Nothing yet."
DELETED_PARENT = "deleted"
FINGERPRINT_THEN = "fingerprint"
SOURCE = "Source"
LICENCE = "Licence"
NO_LICENCE = "Not written down."
ID = "Id"
CREATED = "Created"
FINGERPRINT = "Fingerprint (SHA-256)"
RECIPE = "How it was made"
LEFT_OUT = "Left out, and why"
LEFT_OUT_HEAD = ("Rows", "Of", "Why")
OF_SOURCE = "the source"
OF_PARENTS = "what it was made from"
NOTHING_LEFT_OUT = "Nothing was left out."
SCORE = "Health score"
SCORE_OF = "{score:g} of 100"

NOTES_TITLE = "Write down licence, source and a text for the card"
NOTES_HELP = "None of this changes the dataset or its fingerprint."
LICENCE_HELP = "An identifier that the Hub knows, or the licence's own name."
SOURCE_HELP = "Where the answers come from. Empty takes the file's name."
LANGUAGES = "Languages"
LANGUAGES_HELP = "Codes, separated by commas: en, zh. Empty: told from the rows."
CARD_TEXT = "What others should know (Markdown)"
SAVE = "Save"
SAVED = "Saved. The card says it now."

EXPORT_TITLE = "Take it away"
FORMAT = "Format"
FORMATS = {
    "alpaca": "alpaca (JSON)",
    "sharegpt": "ShareGPT (JSON)",
    "messages": "OpenAI messages (JSONL)",
    "parquet": "Parquet",
    "preference": "Preference pairs, chosen and rejected (JSONL)",
    "kto": "Answers with a verdict, KTO (JSONL)",
}
FORMAT_HELP = "Each can be imported again and gives the same rows."
AS_ZIP = "A zip with the card"
EXPORT = "Export"

PUSH_TITLE = "Push to the Hugging Face Hub"
PUSH_HELP = "Rows as Parquet, and the card, in one commit. Private unless you say otherwise."
NO_TOKEN = "No token is set: start the studio with `HF_TOKEN`, a token of the Hub that may write."
REPO = "Repository"
REPO_HELP = "OWNER/NAME, for example acme/support-answers."
PUBLIC = "Everybody may read it"
UPDATE = "The repository exists: add a new version"
WHERE = "Where it will go"
PUSH = "Push"
PUSHED = "It is at {link}."
PUSH_FIRST_SEEN = "Say the repository first, and read where it will go."

SHOW_CARD = "Show the card"
CARD_SHOWN = "The card as others will read it"
