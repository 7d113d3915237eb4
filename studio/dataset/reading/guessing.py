"""Which shape a file has, guessed from its first records: what the columns are called, and what stands in them.

The guess is shown before anything is imported and can be corrected (`shapes.chosen_columns`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.dataset.reading.column_names import ANSWER, QUESTION, column_for, exactly
from studio.dataset.reading.records import Record, describe
from studio.dataset.reading.shapes import ALPACA, Columns, Conversation, Preference, Shape
from studio.dataset.reading.unanswered import are_articles, questions_among
from studio.errors import BadInput

ROWS_TO_KNOW_THE_SHAPE = 100

_TURNS_FIRST = ("messages", "conversations", "conversation", "dialogue", "dialog", "turns", "original", "chat", "transcript")
_SPEAKER_KEYS = ("role", "from", "speaker", "author", "sender", "participant", "actor", "who")
_TEXT_KEYS = ("content", "value", "text", "utterance", "message", "body", "msg")
_USERS = frozenset(
    {"user", "human", "customer", "client", "visitor", "caller", "guest", "buyer", "prompter", "consumer", "用户", "客户"}
)
_ASSISTANTS = frozenset(
    {"assistant", "gpt", "agent", "bot", "chatbot", "model", "support", "representative", "advisor", "adviser", "operator", "staff",
     "seller", "ai", "chatgpt", "bing", "bard", "客服", "助手"}
)  # fmt: skip
_LOG_TAGS = frozenset(
    {"customer", "client", "visitor", "caller", "agent", "representative", "advisor", "adviser", "operator", "客服", "客户"}
)
_SILENT = frozenset({"action", "tool", "function", "function_call", "observation", "event", "note", "ipython"})
_ALSO_SPOKEN: Mapping[str, frozenset[str]] = {
    "assistant": frozenset({"user"}),
    "gpt": frozenset({"human"}),
    "system": frozenset({"user", "human"}),
}
"""Speakers of OpenAI's and ShareGPT's words, each with those who show that a file speaks them."""
_BETTER = (("chosen", "rejected"), ("preferred", "dispreferred"), ("accepted", "rejected"))
_VERDICTS = ("label", "kto_tag")


def guess_shape(beginning: Sequence[Record], name: str) -> Shape:
    """The shape of a file that begins so.

    Raises:
        BadInput: it has none of the known ones; the sentence says which columns it has.
    """
    if not beginning:
        raise BadInput(f"{name} holds an empty list. Choose a file with rows in it.")
    values = [record.value for record in beginning if isinstance(record.value, dict)]
    if not values:
        found = describe(beginning[0].value)
        raise BadInput(f"{name} is no list of rows: it begins with {found} instead of an object with {ALPACA.prompt!r}.")
    for guess in (_preference, _verdict, _alpaca, _conversation, _columns, _half_alpaca):
        shape = guess(values)
        if shape is not None:
            return shape
    raise BadInput(_no_shape(values, name))


def columns_of(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """All columns, in the order in which they first occur."""
    return list(dict.fromkeys(str(key) for value in values for key in value))


def _alpaca(values: Sequence[Mapping[str, Any]]) -> Shape | None:
    return ALPACA if {ALPACA.prompt, ALPACA.response} <= set(columns_of(values)) else None


def _half_alpaca(values: Sequence[Mapping[str, Any]]) -> Shape | None:
    """Alpaca of which one column is missing everywhere: each row will say so."""
    return ALPACA if {ALPACA.prompt, ALPACA.response} & set(columns_of(values)) else None


def _columns(values: Sequence[Mapping[str, Any]]) -> Shape | None:
    texts = list(known_columns(values))
    # Whoever names the answers is believed first: "customer answer" is an answer.
    response = column_for(ANSWER, values, texts)
    prompt = column_for(QUESTION, values, texts, taken=response)
    if prompt is None or response is None:
        return None
    return Columns(prompt, None, response, "system", None)


def _preference(values: Sequence[Mapping[str, Any]]) -> Shape | None:
    names = columns_of(values)
    for chosen, rejected in _BETTER:
        if chosen in names and rejected in names:
            prompt = _conversation(values) or exactly(names, QUESTION.names)
            if isinstance(prompt, str | Conversation):
                return Preference(prompt, chosen, rejected)
    return None


def _verdict(values: Sequence[Mapping[str, Any]]) -> Shape | None:
    names = columns_of(values)
    label = next((name for name in _VERDICTS if any(isinstance(value.get(name), bool) for value in values)), None)
    if label is None:
        return None
    prompt = _conversation(values) or exactly(names, QUESTION.names)
    completion = exactly(names, ANSWER.names)
    if isinstance(prompt, Conversation):
        return Preference(prompt, completion or "", label=label)
    return Preference(prompt, completion, label=label) if prompt and completion else None


def _conversation(values: Sequence[Mapping[str, Any]]) -> Conversation | None:
    for column in _turn_columns(values):
        turns = [turn for value in values for turn in _list(value.get(column))]
        keys = _turn_keys(turns)
        if keys is None:
            continue
        roles = _roles([_list(value.get(column)) for value in values], keys[0])
        if "user" in roles.values():
            return Conversation(column, *keys, roles=roles, log=bool(_LOG_TAGS & roles.keys()))
    return None


def _turn_columns(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns that hold lists of turns, those with a usual name first."""
    columns = [name for name in columns_of(values) if any(_turn_keys(_list(value.get(name))) for value in values)]
    return sorted(columns, key=lambda name: _TURNS_FIRST.index(name) if name in _TURNS_FIRST else len(_TURNS_FIRST))


def _turn_keys(turns: Sequence[object]) -> tuple[str | None, str | None] | None:
    """Which keys of a turn say who spoke and what; (None, None) for pairs; None where these are no turns."""
    if turns and all(isinstance(turn, list) and len(turn) >= 2 and isinstance(turn[0], str) for turn in turns):
        known = _USERS | _ASSISTANTS | _SILENT | {"system"}
        return (None, None) if any(str(turn[0]).lower() in known for turn in turns if isinstance(turn, list)) else None
    objects = [turn for turn in turns if isinstance(turn, dict)]
    names = {key for turn in objects for key in turn}
    speaker = next((key for key in _SPEAKER_KEYS if key in names), None)
    text = next((key for key in _TEXT_KEYS if key in names), None)
    return (speaker, text) if objects and speaker and text else None


def _roles(conversations: Sequence[Sequence[object]], speaker: str | None) -> dict[str, str]:
    """Who each tag is. Where nobody has an assistant's name and "system" also speaks after the beginning, the system is the assistant."""
    spoken = [[tag for turn in turns if (tag := _tag(turn, speaker))] for turns in conversations]
    tags = Counter(tag for conversation in spoken for tag in conversation)
    roles = {tag: _usual_role(tag) for tag in tags}
    later = any(tag == "system" for conversation in spoken for tag in conversation[1:])
    if "system" in roles and "assistant" not in roles.values() and later:
        roles["system"] = "assistant"
    for tag, company in _ALSO_SPOKEN.items():  # first heard further down the file than the guess looks
        if tags.keys() & company and (tag == "system" or "assistant" not in roles.values()):
            roles.setdefault(tag, _usual_role(tag))
    return {tag: role for tag, role in roles.items() if role is not None}


def _usual_role(tag: str) -> str | None:
    if tag in _USERS:
        return "user"
    if tag in _ASSISTANTS:
        return "assistant"
    if tag == "system":
        return "system"
    return "" if tag in _SILENT else None


def _tag(turn: object, speaker: str | None) -> str:
    found = turn.get(speaker) if isinstance(turn, dict) else turn[0] if isinstance(turn, list) and turn else None
    return found.strip().lower() if isinstance(found, str) else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def known_columns(values: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The columns that may hold a question or an answer: those with text."""
    return (name for name in columns_of(values) if any(isinstance(value.get(name), str) for value in values))


def _no_shape(values: Sequence[Mapping[str, Any]], name: str) -> str:
    texts = list(known_columns(values))
    found = ", ".join(column[:40] for column in columns_of(values)[:8]) or "none"
    if are_articles(values, texts):
        return (
            f"{name} holds articles (its columns are {found}), not questions with answers. "
            "From manuals on the Data page turns articles into questions and answers."
        )
    if questions_among(values, texts):
        return (
            f"{name} holds questions without answers: its columns are {found}. Import them as a list of questions (--questions) and write one "
            "answer a category, add a column with the answers, for example 'answer', or say which column holds them."
        )
    return f"{name} has no column that is known to hold questions or answers: its columns are {found}. Say which hold them."
