"""What the Arena page says."""

from __future__ import annotations

TITLE = "# Arena"
INTRO = (
    "One question, two answers side by side: the base model as it came, and your tuned model. Say which one you would send to a "
    "customer. Every vote is kept, and votes can train the next model."
)

EMPTY_TITLE = "There is no tuned model to compare yet"
EMPTY = "The Arena shows what fine-tuning changed, in your own words and judged by you. Train a model first; a few minutes are enough."
EMPTY_LINK = "Go to Train"

TUNED_LABEL = "Tuned model"
TUNED_INFO = "It meets the base model that it was trained on."
BLIND_LABEL = "Blind"
BLIND_INFO = "Random order, names hidden until you have voted."
PROMPT_LABEL = "A customer asks"
PROMPT_INFO = "Enter sends, Shift+Enter starts a new line. At most 2,000 characters."
PROMPT_PLACEHOLDER = "Where is my refund?"
EXAMPLES = "Or try a question from the question set. A vote on one of these counts, but is never exported as training data."
COMPARE = "Compare"
STOP = "Stop"
NEXT = "Next question"

ANSWERS = "## Answers"
LEFT, RIGHT = "Left", "Right"
BASE, TUNED = "Base", "Tuned"
WAITING = "The answer appears here."
THINKING = "…"
NOTHING_SAID = "The model ended its answer without a word."
CUT_OFF = "Cut off after {tokens} tokens."

LOADING = "Loading {model}: the first question takes about 10 seconds longer, the next ones start at once."
PREPARING = "Preparing {model} for the first time: half a minute with the embedded model, longer when it is fetched from the Hub."
ANSWERING = "Both models are answering."
ASK_VOTE = "Both answers are complete. Which one would you send to the customer?"
REFUSED = "The new question was not asked; the message says why."
INCOMPLETE = "There is no complete pair of answers, so there is nothing to vote on. Ask again."

CHOICES = {"left": "Left is better", "right": "Right is better", "tie": "Equally good", "both_bad": "Both are bad"}
PREFERRED = "Your vote is kept: you preferred the {name} model."
TIED = "Your vote is kept: equally good."
BOTH_BAD = "Your vote is kept: both are bad."
WHO_WAS_WHO = "Left was {left}, right was {right}."
NOTHING_TO_VOTE = "There is no finished pair of answers to vote on. Ask a question first."
NO_MODEL = "Choose a tuned model first. If there is none, train one on the Train page."

RANKING = "## How the votes stand"
NO_VOTES = "No vote yet. Ask a question above, compare the answers, and vote."
RANKING_CAPTION = "Votes on each tuned model against its base"
WON = "decisive votes won by the tuned model"
INTERVAL = "Wilson 95%: {interval}"
NO_DECISIVE = "No decisive vote yet."
TO_GO = "About {votes} more decisive votes are needed to tell a 60/40 preference from chance."
ENOUGH = "Enough decisive votes to tell a 60/40 preference from chance."
ABOVE_HALF = "People prefer the tuned model: the whole interval lies above one half."
BELOW_HALF = "People prefer the base model: the whole interval lies below one half."
AROUND_HALF = "One half lies inside the interval: which model people prefer can't be told yet."
LENGTHS = "Mean length: tuned {tuned} words, base {base} words. Longer answers tend to win whatever they say."
COLUMNS = (
    "Tuned model",
    "Win rate",
    "Wilson 95%",
    "Wins",
    "Losses",
    "Ties",
    "Both bad",
    "Words, tuned / base",
    "Votes still needed",
)

LATEST = "Latest votes"
LATEST_CAPTION = "The latest votes, newest first"
LATEST_COLUMNS = ("When", "Question", "Vote", "Against", "Blind")
NONE_PREFERRED = {"tie": "Equally good", "both_bad": "Both bad"}
YES, NO = "yes", "no"

EXPORT = "Export preferences"
EXPORT_NOTE = (
    "The votes as JSONL for preference training with TRL. Left out are ties, pairs with the same answer, and every prompt that stands "
    "in a question set, because a model trained on it could no longer be measured by it."
)
FORMAT_LABEL = "Format"
FORMAT_CHOICES = (("Pairs, for DPO", "dpo"), ("Single answers, for KTO", "kto"))
EXPORT_FILE = "The exported preferences"
EXPORTED = (
    "{rows} written. Left out: {ties}, {both_bad} both bad, {same_answer} with the same answer, "
    "{in_question_set} whose prompt stands in a question set."
)
MAY_EXPORT = "export preferences"
