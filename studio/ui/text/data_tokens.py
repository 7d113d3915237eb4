"""The sentences of the tab "What the model sees"."""

from __future__ import annotations

TAB = "What the model sees"
PURPOSE = (
    "A row as the training hands it to the model: in the model's own template, cut into its tokens. Only what is learned changes the model; "
    "what lies beyond max_length it never sees."
)
MODEL = "Model"
MODEL_INFO = "Models whose tokenizer is on this machine."
MAX_LENGTH = "max_length"
MAX_LENGTH_INFO = "Longest row in tokens, as on the Train page."
ROW = "Row"
ROW_OF = "Row, of {rows}"
ROW_INFO = "The number on its card under Rows."
PREVIOUS = "Previous row"
NEXT = "Next row"
SHOW = "Show"
SHOW_HINT = "Press Show to see the tokens of a row."
LINK = "Link to this row"
FROM_CARD = "What the model sees"

NOT_PREPARED = "{model} is not unpacked on this machine yet. That takes about half a minute, once."
NOT_PREPARED_VISITOR = "{model} is not unpacked on this machine yet; its operator can do that here."
PREPARE = "Unpack {model}"
PREPARING = "Unpacking {model}, {seconds} s"

SUMMARY = "Row {row} of {rows} has {total} for {model}: {trained} learned, {cut} cut at {max_length}."
SUMMARY_LOST = "The cut takes {lost} of the answer away."
NOTHING_TO_LEARN = "Nothing of this row is learned: it has no answer, or none that the template keeps. A training leaves it out."
NOTHING_LEFT = (
    "Nothing is left to learn, so a training leaves this row out. Raise max_length, or shorten what stands before the answer."
)
JUDGED_BAD = "Its answer was judged bad, so a training leaves this row out."
BETTER = "With the better answer"
WORSE = "With the worse answer"
WORSE_NOTE = "Shown to compare: a training by examples learns the better one only."
REPEATED_NOTE = "With whole_answer_rows, most of the rows that share an answer learn only its opening."
LEGEND_TITLE = "Legend"
LEGEND_LEARNED = "learned (underlined)"
LEGEND_AVOIDED = "worse answer, not learned (dotted)"
LEGEND_READ = "read, not learned"
LEGEND_SPECIAL = "mark of the template"
LEGEND_CUT = "cut, never seen"
LEGEND_SPLIT = "part of a character that takes several tokens"
CUT_HERE = "cut here at {max_length}"
MORE_TOKENS = "{count} more are not shown."
TOKENS_LABEL = "The tokens of row {row}"
TOKEN_TITLE = "id {id}, token {place}: {state}"
TOKEN_PART = ", part {part} of {parts} of “{text}”"
LEARNED, AVOIDED, READ, SPECIAL, CUT = "learned", "worse answer, not learned", "read, not learned", "mark of the template", "cut"

LENGTHS_TITLE = "How long all rows are"
LENGTHS_PURPOSE = (
    "Every row is put into the template and counted, to see what a max_length would cut. It is kept: the next look is immediate."
)
MEASURE = "Measure all {rows}"
MEASURING = "Counting tokens"
LENGTHS_SUMMARY = "Half of the rows have at most {median} tokens, 95% at most {p95}; the longest has {longest}. {trained} of {total} tokens are learned."
LEFT_OUT = "{rows} whose answer was judged bad are left out, as in a training."
LADDER_TITLE = "What each max_length would cut"
LADDER_HEAD = ("max_length", "Rows cut", "Share", "Nothing left to learn")
CHOSEN = "chosen"
BARS_TITLE = "The numbers behind the chart"
BARS_HEAD = ("Tokens", "Rows", "Of them cut")
