"""What a record of a file means: every shape turns one record into one row.

`Columns` is a question and an answer in columns of their own: alpaca, prompt/completion, a spreadsheet. `Conversation` is a list of
turns in one column: ShareGPT, OpenAI messages, chat logs. `Preference` is one of them with a better and a worse answer, or with a
verdict on its only one. Which shape a file has is guessed in `guessing`, and can be said instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from studio.dataset.reading.problems import RowRejected
from studio.dataset.reading.records import AmbiguousObject, Record, describe
from studio.dataset.reading.smalltalk import without_small_talk
from studio.dataset.reading.turns import Turn, answered, joined
from studio.errors import BadInput
from studio.workspace.datasets import Row

Value = Mapping[str, Any]
_LABELS = frozenset({"family", "industry", "intent"})


class Shape(Protocol):
    """How to read a record."""

    @property
    def title(self) -> str:
        """What people call this shape, with what stands where."""
        ...

    def row(self, value: Value, source: str) -> Row:
        """The record as a row.

        Raises:
            RowRejected: the record can't be used.
        """
        ...


def value_of(record: Record) -> Value:
    """The record's object.

    Raises:
        RowRejected: it is broken or no object, or names a key twice.
    """
    if record.error is not None:
        where = "" if record.line is None else f"Line {record.line} is not valid JSON: "
        raise RowRejected("invalid_json" if where else "broken_row", f"{where}{record.error}.")
    if not isinstance(record.value, dict):
        raise RowRejected("not_an_object", f"The row is {describe(record.value)}, not an object with keys.")
    if isinstance(record.value, AmbiguousObject):
        raise RowRejected("duplicate_key", f"The row has the key {record.value.repeated[:40]!r} twice: keep one of them.")
    return record.value


@dataclass(frozen=True)
class Columns:
    """A question and an answer in columns of their own, in LLaMA-Factory's words. None: the file has no such column.

    The question is the prompt and the query, joined by a line break. `history` holds earlier [question, answer] pairs.
    """

    prompt: str = "instruction"
    query: str | None = "input"
    response: str = "output"
    system: str | None = "system"
    history: str | None = "history"

    @property
    def title(self) -> str:
        """`alpaca`, or which columns hold question and answer."""
        if (self.prompt, self.response) == ("instruction", "output"):
            return "alpaca"
        return f"question in {self.prompt!r}, answer in {self.response!r}"

    def row(self, value: Value, source: str) -> Row:
        """The row; a missing question or answer rejects it."""
        instruction = _text(value, self.prompt)
        if not instruction or instruction.isspace():
            raise RowRejected("no_instruction", f"There is no question: {self.prompt!r} is missing or empty.")
        answer = _text(value, self.response)
        if not answer or answer.isspace():
            raise RowRejected("no_answer", f"There is no answer: {self.response!r} is missing or empty.")
        query = _text(value, self.query)
        question = f"{instruction}\n{query}" if query and not query.isspace() else instruction
        messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        if self.system in value or self.history in value:
            messages = [*_system(_text(value, self.system)), *_history(value, self.history), *messages]
        return _labelled(messages, source, value)


ALPACA = Columns()


def chosen_columns(question: str | None, answer: str | None) -> Columns | None:
    """The shape that a person said; None where nothing was said and the guess counts.

    Raises:
        BadInput: only one of the two was said, or both are the same.
    """
    if not question and not answer:
        return None
    if not question or not answer:
        raise BadInput("Say both: which column holds the questions, and which the answers.")
    if question == answer:
        raise BadInput(f"The questions and the answers can't both be in {question!r}.")
    return ALPACA if (question, answer) == (ALPACA.prompt, ALPACA.response) else Columns(question, None, answer, "system", None)


@dataclass(frozen=True)
class Conversation:
    """A list of turns in the column `turns`, from whatever chat tool.

    A turn is an object whose keys `speaker` and `text` say who spoke and what, or, where both are None, a [speaker, text] pair. `roles`
    says who each speaker is: "user", "assistant", "system", or "" for one whose turns are left out (actions, tools). `system` is a
    column with a system message. In the `log` of a real chat, turns that say nothing are left out (`smalltalk`).
    """

    turns: str
    speaker: str | None
    text: str | None
    roles: Mapping[str, str] = field(default_factory=dict)
    system: str | None = "system"
    log: bool = False

    @property
    def title(self) -> str:
        """Who is who in which column."""
        who = {role: [tag for tag, is_a in self.roles.items() if is_a == role] for role in ("user", "assistant")}
        customers, agents = (" and ".join(repr(tag) for tag in who[role]) or "nobody" for role in ("user", "assistant"))
        return f"conversations in {self.turns!r}: {customers} ask, {agents} answer"

    def row(self, value: Value, source: str) -> Row:
        """The conversation up to the last answer; what stands before the first question is left out, but for a system message."""
        messages = answered(self.messages(value))
        if not messages:
            raise RowRejected("no_answer", f"{self.turns!r} holds no question that is followed by an answer.")
        return _labelled(messages, source, value)

    def messages(self, value: Value) -> list[Turn]:
        """All turns with a role, the turns of one speaker in a row joined."""
        turns = value.get(self.turns)
        if not isinstance(turns, list):
            raise RowRejected("no_turns", f"{self.turns!r} is {describe(turns)}, but a list of turns is needed.")
        said = _system(_text(value, self.system))
        for number, turn in enumerate(turns, start=1):
            speaker, text = self._spoken(turn, number)
            role = self.roles.get(speaker.strip().lower())
            if role is None:
                known = ", ".join(self.roles) or "none"
                raise RowRejected("unknown_speaker", f"Turn {number} is by {speaker[:40]!r}, who is none of: {known}.")
            if role and text.strip():
                said.append({"role": role, "content": text.strip() if self.log else text})
        return without_small_talk(said) if self.log else joined(said)

    def _spoken(self, turn: object, number: int) -> tuple[str, str]:
        if self.speaker is None or self.text is None:
            if isinstance(turn, list) and len(turn) >= 2 and isinstance(turn[0], str) and isinstance(turn[1], str):
                return turn[0], turn[1]
            raise RowRejected("bad_turn", f"Turn {number} of {self.turns!r} is no [speaker, text] pair of two texts.")
        if not isinstance(turn, dict) or not isinstance(turn.get(self.speaker), str):
            raise RowRejected("bad_turn", f"Turn {number} of {self.turns!r} does not say who spoke: {self.speaker!r} is missing.")
        return turn[self.speaker], spoken_text(turn.get(self.text), where=f"Turn {number} of {self.turns!r}")


@dataclass(frozen=True)
class Preference:
    """A better and a worse answer to one conversation, or one answer with a verdict on it.

    Args:
        prompt: how to read what comes before the answer: a column of text, or a conversation.
        chosen, rejected: the columns of the better and the worse answer (DPO). With `label`, `chosen` is the only answer's.
        label: the column of a true or false verdict on it (KTO).
    """

    prompt: str | Conversation
    chosen: str
    rejected: str | None = None
    label: str | None = None

    @property
    def title(self) -> str:
        """Pairs, or verdicts."""
        if self.rejected:
            return f"preference pairs: {self.chosen!r} is better than {self.rejected!r}"
        return f"answers with a verdict in {self.label!r}"

    def row(self, value: Value, source: str) -> Row:
        """The row whose answer is the better one, or the only one; the worse one, or the verdict, stands beside it."""
        if isinstance(self.prompt, Conversation):
            messages = self.prompt.messages(value)
        else:
            asked = value.get(self.prompt)
            messages = (
                list(_turns(asked)) if isinstance(asked, list) else [{"role": "user", "content": _text(value, self.prompt)}]
            )
        better = _answer(value, self.chosen)
        if messages and messages[-1]["role"] == "assistant" and not better:
            better = messages.pop()["content"]
        if not messages or messages[-1]["role"] != "user" or not messages[-1]["content"].strip():
            raise RowRejected("no_instruction", "There is no question before the answer.")
        if not better.strip():
            raise RowRejected("no_answer", f"There is no answer: {self.chosen!r} is missing or empty.")
        row = _labelled([*messages, {"role": "assistant", "content": better}], source, value)
        return self._judged(row, value)

    def _judged(self, row: Row, value: Value) -> Row:
        if self.rejected:
            worse = _answer(value, self.rejected)
            if not worse.strip():
                raise RowRejected("no_answer", f"There is no worse answer: {self.rejected!r} is missing or empty.")
            if worse == row.answer:
                raise RowRejected("same_answer", "The better and the worse answer are the same: they say nothing.")
            return replace(row, rejected=worse)
        verdict = value.get(self.label or "")
        if not isinstance(verdict, bool):
            raise RowRejected("no_label", f"{self.label!r} is {describe(verdict)}, but true or false is needed.")
        return replace(row, label=verdict)


def spoken_text(content: object, *, where: str) -> str:
    """A turn's text: as it is, or out of OpenAI's typed parts (`[{"type": "text", "text": "..."}]`).

    Raises:
        RowRejected: it is neither, or holds a part that is no text (an image).
    """
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) and part.get("type", "text") == "text" else None for part in content]
        if all(isinstance(part, str) for part in parts):
            return "\n".join(str(part) for part in parts)
        raise RowRejected("not_text", f"{where} holds something that is not text, such as an image.")
    raise RowRejected("wrong_type", f"{where} holds {describe(content)}, but text is needed.")


def _turns(turns: Sequence[object]) -> Sequence[Turn]:
    """Turns in the words of OpenAI and TRL."""
    if all(isinstance(turn, dict) and turn.get("role") in {"system", "user", "assistant"} for turn in turns):
        return [{"role": turn["role"], "content": spoken_text(turn.get("content"), where="A turn")} for turn in turns]  # type: ignore[index, attr-defined]
    raise RowRejected("bad_turn", "A turn does not say whether the user or the assistant speaks.")


def _answer(value: Value, column: str) -> str:
    """An answer as text, as one turn, or as the last of several turns."""
    content = value.get(column)
    if isinstance(content, list) and content and isinstance(content[-1], dict):
        content = content[-1]
    if isinstance(content, dict):
        content = next((content[key] for key in ("content", "value", "text") if key in content), None)
    return spoken_text(content, where=repr(column))


def _system(content: str) -> list[Turn]:
    return [{"role": "system", "content": content}] if content.strip() else []


def _text(value: Value, column: str | None) -> str:
    content = value.get(column) if column else None
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    raise RowRejected("wrong_type", f"{column!r} is {describe(content)}, but text is needed.")


def _labelled(messages: Sequence[Turn], source: str, value: Value) -> Row:
    """The row, with family, industry and intent where they are text."""
    if _LABELS.isdisjoint(value):
        return Row(messages, source)
    return Row(messages, source, _label(value, "family"), _label(value, "industry"), _label(value, "intent"))


def _label(value: Value, key: str) -> str | None:
    label = value.get(key)
    return label.strip() or None if isinstance(label, str) else None


def _history(value: Value, column: str | None) -> list[Turn]:
    pairs = value.get(column) if column else None
    if pairs is None or pairs == "":
        return []
    if not isinstance(pairs, list):
        raise RowRejected("bad_history", f"{column!r} is {describe(pairs)}, but a list of [question, answer] pairs is needed.")
    messages: list[Turn] = []
    for number, pair in enumerate(pairs, start=1):
        if not _is_pair(pair):
            raise RowRejected("bad_history", f"Turn {number} of {column!r} is no [question, answer] pair of two texts.")
        messages += [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]}]
    return messages


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) and text.strip() for text in pair)
