"""The rows of a dataset as an estimate needs them: who shares an answer or a family with whom, and how long each is. Read once a dataset and model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TypeVar

from studio.chat.catalog import CatalogModel, is_prepared
from studio.chat.messages import SUPPORT_SYSTEM_PROMPT
from studio.chat.render import render_all
from studio.chat.tokenizer import tokenizer_fingerprint, tokenizer_of
from studio.training.estimate.workload import Measured, RowSize, planned_sizes
from studio.training.settings.spec import TrainSpec
from studio.workspace.dataset_caches import read_cache, write_cache
from studio.workspace.datasets import Row, read_manifest, read_rows
from studio.workspace.layout import Workspace

T = TypeVar("T")

LengthSource = Callable[[Workspace, str, CatalogModel], Measured]
"""Counts the tokens of a dataset's rows for a model that is on this machine: `studio.dataset.tokens.lengths.dataset_lengths`."""

_OF_ROWS = (
    "hold_out_phrasings", "rows_per_answer", "least_rows_per_answer", "spliced_copies", "max_length", "whole_answer_rows", "opening_tokens",
)  # fmt: skip
"""The settings that decide which rows are trained, and how much of each."""

_CHARACTERS = 4  # of a token of English; other scripts take about a token a character
_TEMPLATE = 5  # tokens that a template puts around a turn
_LOOKED_AT = 24  # rows that tell what all begin with


@dataclass(frozen=True)
class Counts:
    """Token counts of rows, as `Measured` wants them."""

    tokens: Sequence[int]
    trained: Sequence[int]
    before: Sequence[int]


@dataclass(frozen=True, eq=False)
class Trainable:
    """The rows that a training may take.

    Attributes:
        rows: without their text: what tells them apart is left, and answers are numbers.
        measured: their lengths.
        shared: tokens that all of them begin with.
        exact: whether the lengths were counted with the model's own tokenizer; else they are told from the characters.
    """

    rows: Sequence[Row]
    measured: Measured
    shared: int
    exact: bool

    def sizes(self, spec: TrainSpec) -> Sequence[RowSize]:
        """Of the rows that the settings train; from the last time where those that decide it are the same."""
        return _sizes(self, *(getattr(spec, name) for name in _OF_ROWS))


def trainable_rows(workspace: Workspace, dataset: str, model: CatalogModel, *, lengths: LengthSource) -> Trainable:
    """The rows of a dataset, from the last time where nothing has changed. Where the model is not on this machine, lengths are approximate.

    Raises:
        NotFound: there is no such dataset.
        EngineError: the model's tokenizer is not usable.
    """
    read_manifest(workspace, dataset)
    fingerprint = tokenizer_fingerprint(workspace.model(model.name)) if is_prepared(workspace, model) else None
    return _read(workspace, dataset, model, fingerprint, lengths)


@lru_cache(maxsize=12)
def _sizes(trainable: Trainable, *values: int) -> Sequence[RowSize]:
    spec = TrainSpec(dataset="", **dict(zip(_OF_ROWS, values, strict=True)))
    return planned_sizes(spec, trainable.rows, trainable.measured)


@lru_cache(maxsize=4)
def _read(workspace: Workspace, dataset: str, model: CatalogModel, fingerprint: str | None, lengths: LengthSource) -> Trainable:
    rows = [row for row in read_rows(workspace, dataset) if row.label is not False]
    if fingerprint is None:
        return Trainable(_without_text(rows), _from_characters(rows), _tokens(SUPPORT_SYSTEM_PROMPT) + _TEMPLATE, exact=False)
    measured = lengths(workspace, dataset, model)
    shared = _shared(workspace, dataset, model, fingerprint, rows)
    return Trainable(_without_text(rows), measured, shared, exact=True)


def _without_text(rows: Sequence[Row]) -> list[Row]:
    """Rows that share answers and families as these do, in little memory: those with the same answers share their messages."""
    answers: dict[tuple[str, ...], str] = {}
    messages: dict[tuple[str, tuple[str, ...]], list[dict[str, str]]] = {}
    light = []
    for row in rows:
        said = tuple(turn["content"] for turn in row.messages if turn["role"] == "assistant")
        number = answers.setdefault(said, str(len(answers)))
        roles = tuple(turn["role"] for turn in row.messages)
        turns = messages.setdefault((number, roles), [{"role": role, "content": number} for role in roles])
        light.append(Row(messages=turns, source="", family=row.family))
    return light


def _from_characters(rows: Iterable[Row]) -> Counts:
    tokens, trained, before = [], [], []
    for row in rows:
        turns = [(turn["role"], _tokens(turn["content"]) + _TEMPLATE) for turn in row.messages]
        system = 0 if row.messages[0]["role"] == "system" else _tokens(SUPPORT_SYSTEM_PROMPT) + _TEMPLATE
        whole = system + sum(count for _, count in turns)
        learned = sum(count - _TEMPLATE + 1 for role, count in turns if role == "assistant")
        tokens.append(whole)
        trained.append(learned)
        before.append(whole - learned)
    return Counts(tokens, trained, before)


def _tokens(text: str) -> int:
    plain = sum(character.isascii() for character in text)
    return -(-plain // _CHARACTERS) + len(text) - plain


def _shared(workspace: Workspace, dataset: str, model: CatalogModel, fingerprint: str, rows: Sequence[Row]) -> int:
    """How many tokens rows spread over the dataset begin with alike; kept beside the lengths."""
    name = f"beginning-{fingerprint[:16]}.json"
    try:
        return int(json.loads(read_cache(workspace, dataset, name) or "")["tokens"])
    except (ValueError, TypeError, KeyError):
        pass  # not computed yet, or damaged
    rendered = render_all(tokenizer_of(workspace, model), (row.messages for row in _spread(rows)))
    shared = shared_tokens([row.input_ids for row in rendered])
    write_cache(workspace, dataset, name, json.dumps({"tokens": shared}))
    return shared


def shared_tokens(rows: Sequence[Sequence[int]]) -> int:
    """How many tokens rows spread over these begin with alike."""
    alike = takewhile(lambda column: len(set(column)) == 1, zip(*_spread(rows), strict=False))
    return sum(1 for _ in alike)


def _spread(rows: Sequence[T]) -> Sequence[T]:
    """Some two dozen of the rows, evenly spread."""
    return rows[:: max(1, len(rows) // _LOOKED_AT)]
