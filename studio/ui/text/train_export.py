"""The sentences of the Train page's export tab."""

from __future__ import annotations

from collections.abc import Mapping

TAB = "Export"
INTRO = (
    "Take a tuned model with you: a folder that other programs load, with a card that says what it was trained on, how it scored and "
    "where its limits are. An export is a process of its own; closing this page does not end it."
)
NO_MODELS = (
    '<section class="card"><h2>No tuned model yet</h2><p>A training leaves one. Start it under “New training”, '
    "or bring a model in with <code>python -m studio import-model FOLDER</code>.</p></section>"
)
FOR_OPERATOR = "Exporting is for the operator of this studio."
MODEL = "Tuned model"
FORM = "What to make"
FORMS: Mapping[str, str] = {
    "adapter": "PEFT adapter",
    "merged": "Merged model",
    "vllm": "Folder for vLLM",
    "ollama": "Folder for Ollama",
}
FORM_HELP: Mapping[str, str] = {
    "adapter": "The LoRA alone, with tokenizer and chat template: a few megabytes for whoever has the base model. Loads with PEFT.",
    "merged": (
        "The base model with the adapter added into its weights, as safetensors. 20 prompts are answered before and after, "
        "and how many answers are the same is shown here and in the card."
    ),
    "vllm": (
        "The merged model and the adapter, a chat template that puts the training's system message first, and the exact commands "
        "for vllm serve."
    ),
    "ollama": (
        "The merged model and the adapter, with a Modelfile: system message, template, temperature 0 and stop tokens. "
        "The card has llama.cpp's commands for GGUF."
    ),
}
SHIPPED = "{name} (comes with the studio)"
IMPORTED = "{name} (imported)"
ROOM = "About {needed}; {free} are free."
NO_ROOM = "About {needed}, but only {free} are free: free some space first."
COMMAND = "The same on the command line:\n```sh\n{command}\n```"
EXPORT = "Export"
EXPORT_AND_PUSH = "Export and push"
CANCEL = "Cancel the export"
CHOOSE_MODEL = "No tuned model is chosen: choose the one to export."

PUSH_TITLE = "Push it to the Hugging Face Hub as well"
PUSH_HELP = "All files in one commit, after the export. Private unless you say otherwise."
NO_TOKEN = "No token is set: start the studio with `HF_TOKEN`, a token of the Hub that may write."
REPO = "Repository"
REPO_HELP = "OWNER/NAME, for example acme/support-model. Empty: it stays here."
PUBLIC = "Everybody may read it"
UPDATE = "The repository exists: add a new version"
WHERE = "Where it will go"
GOES = "{form} of {model}, with its card, goes to {url}: {repository}."

TITLES: Mapping[str, str] = {
    "queued": "The export of {model} waits",
    "running": "Exporting {model}",
    "succeeded": "{model} is exported",
    "failed": "{model} could not be exported",
    "stopped": "The export of {model} was cancelled",
}
WAITING = "It waits for the run that is at work, and starts by itself."
CANCELLING = "It ends in a moment; nothing is kept of it."
NOTHING_KEPT = "Nothing was kept of it."
STARTING = "Starting"
PROGRESS = "{phase}, {share}"
BAR = "Progress of the export"
MADE = "{form}, {size}, in {folder}"
DOWNLOAD = "Download it as a zip ({size})"
AT = "It is on the Hub at {link}."
SAME = "All {prompts} prompts get the same answer from the merged model as from base and adapter, word for word ({computed_in})."
NOT_SAME = (
    "{agree} of {prompts} prompts get the same answer from the merged model as from base and adapter, word for word ({computed_in}). "
    "The sum was rounded to the base's own number format; where two words are nearly as likely, that decides."
)
DIFFERENCES = "The answers that differ"
DIFFERENCE_HEAD = ("Prompt", "Base and adapter", "Merged")
EARLIER = "Exports so far"
EARLIER_HEAD = ("Model", "As", "When", "Same answers", "Size", "")
GONE = "folder removed"
ZIP = "zip"
NONE = "–"

MAY_EXPORT = "export a model"
MAY_CANCEL = "cancel an export"
MAY_DOWNLOAD = "download an export"
NOT_THERE = "This export is not whole yet, or its folder was removed."
WENT_WRONG = (
    "Only {agree} of {prompts} prompts get the same answer from the merged model as from base and adapter ({computed_in}). Rounding does "
    "not explain so many: do not use this export before somebody has found out why."
)
