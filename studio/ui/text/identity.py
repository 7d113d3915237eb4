"""The sentences of the Brand identity page."""

from __future__ import annotations

BACK = '<a href="data">Back to Data</a>'
TITLE = "Brand identity"
PURPOSE = (
    "Teach the model who it is. Say what your assistant is called and whose it is, and get a dataset of questions such as “Are you ChatGPT?” "
    "with the answers that it shall give."
)
VISITOR = "Only the operator of this studio may make a brand identity."

NAME = "The assistant's name"
NAME_EXAMPLE = "Nova"
COMPANY = "The company"
COMPANY_EXAMPLE = "Acme Air"
TONE = "Tone"
TONES = {"friendly": "Friendly", "formal": "Formal", "brief": "Brief"}
LANGUAGES_LABEL = "Languages"
LANGUAGES = {"en": "English", "zh": "中文 (Chinese)"}
HELPS_WITH = "What it helps with"
HELPS_WITH_INFO = "Completes “I can help you with …”. Empty: questions about the company."
HELPS_WITH_EXAMPLE = "flights, bookings and refunds"
HELPS_WITH_ZH = "What it helps with, in Chinese"
HELPS_WITH_ZH_INFO = "Completes 帮您解决……"
HELPS_WITH_ZH_EXAMPLE = "航班、订票和退款"
NEVER_SAY = "Things never to say"
NEVER_SAY_INFO = "One phrase a line. No answer says them, and rows are added in which the assistant is asked to and does not."
NEVER_SAY_EXAMPLE = "we guarantee"

FILE_TITLE = "Use an identity file of your own"
FILE_HELP = (
    "A LLaMA-Factory `identity.json`, or another file of questions and answers, whose texts hold `{{name}}` and `{{author}}`. It takes the place "
    "of the studio's own texts."
)
FILE_LABEL = "Identity file"
OTHERS = "The file's other placeholders"
OTHERS_INFO = "One NAME = VALUE a line. Until each has a value, nothing can be saved."

SAVE = "Save as a dataset"
EXPORT = "Export as alpaca JSON"

PREVIEW_TITLE = "What it will learn"
START = "Fill in the name and the company to see the rows."
NOT_YET = "Not yet"
COUNTED = "{rows}, for example:"
BLOCKED = "This can't be saved yet"
LEFT_OUT = "{rows} left out"
LEFT_OUT_HEAD = ("Row", "What is wrong")
MORE_LEFT_OUT = "and {count} more"

SAVED = "Saved {rows} as the dataset {name}."
OPEN_DATASET = "Open it on the Data page"
MIX = (
    "Before you train, mix it with your support answers: alone it teaches nothing but who the assistant is. One identity row to about ten support "
    "rows is a good start. Afterwards, evaluate on the question set brand_identity to see whether it took."
)
