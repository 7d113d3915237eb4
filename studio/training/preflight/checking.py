"""The checks together: `check_training` before a run exists, `check_device` and `check_learned` in the worker."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from studio.chat.catalog import CatalogModel, find_model, is_prepared
from studio.chat.render import Rendered
from studio.chat.tokenizer import tokenizer_of
from studio.errors import BadInput
from studio.jobs.memory import memory_here
from studio.jobs.progress import Reporter
from studio.training.estimate.advice import advise
from studio.training.estimate.estimator import MEGABYTE, estimator_for
from studio.training.estimate.trainable import LengthSource
from studio.training.estimate.workload import Measured
from studio.training.preflight import device, resources, rows
from studio.training.preflight import lengths as row_lengths
from studio.training.preflight.device import DeviceFacts
from studio.training.preflight.findings import Finding, Level, Preflight, error, refuse
from studio.training.settings.spec import TrainSpec
from studio.workspace.datasets import read_manifest, read_rows
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_BATCH = 64  # rows at most of the batch that is looked at

NOT_MEASURED = "the rows were not counted in the model's tokens"
NOT_HERE = "the model is not on this machine yet; a training fetches or unpacks it first, and checks then"
NOT_ASKED = "the device was not asked"
NOT_READABLE = "a row can't be read"
_OF_ROWS = (rows.PLACEHOLDERS, rows.END_OF_TURN, rows.VOCABULARY, row_lengths.TRAINED_TOKENS, row_lengths.CUT_ROWS)


@dataclass
class _Made:
    """What was found so far, and by which checks."""

    findings: list[Finding] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, found: Sequence[Finding]) -> None:
        """A check was made."""
        self.checks.append(name)
        self.findings += found

    def leave(self, why: str, *names: str) -> None:
        """Checks were left out."""
        self.missing += [(name, why) for name in names]

    @property
    def result(self) -> Preflight:
        """All of it, what blocks first."""
        return Preflight(sorted(self.findings, key=lambda found: found.level is Level.WARNING), self.checks, self.missing)


def check_training(
    workspace: Workspace,
    spec: TrainSpec,
    *,
    lengths: LengthSource | None = None,
    facts: DeviceFacts | None = None,
) -> Preflight:
    """Everything that can be said before the training starts. Needs no torch.

    Args:
        workspace: where dataset and model lie.
        spec: what is asked.
        lengths: counts how long the dataset's rows are in the model's tokens; None leaves that out, and what follows from it.
        facts: of the device, where it was asked.

    Raises:
        NotFound: there is no such dataset or model.
        EngineError: the model's tokenizer is not usable.
    """
    made, model = _Made(), find_model(spec.model)
    manifest = read_manifest(workspace, spec.dataset)
    try:
        _check_rows(made, workspace, spec, model)
        if lengths is None or not is_prepared(workspace, model):
            made.leave(NOT_MEASURED, row_lengths.TRAINED_TOKENS, row_lengths.CUT_ROWS, resources.PEAK)
        else:
            measured = lengths(workspace, spec.dataset, model)
            _check_lengths(made, spec, measured, of=manifest.rows, context=_context(workspace, model))
            _check_peak(made, workspace, spec, lengths, facts)
        made.add(rows.READABLE, [])
    except BadInput as problem:
        made.add(rows.READABLE, [error(rows.READABLE, problem.message)])
        made.leave(NOT_READABLE, *(name for name in _OF_ROWS if name not in made.checks))
    made.add(resources.DISK, _disk(workspace, spec, model))
    made.add(resources.TRACKER, resources.check_tracker(spec))
    if facts is None:
        made.leave(NOT_ASKED, device.DTYPE, device.FOUR_BIT, device.ATTENTION, device.STRATEGY, resources.MEMORY)
    else:
        _check_device(made, spec, model, facts)
    return made.result


def check_device(workspace: Workspace, spec: TrainSpec, facts: DeviceFacts) -> Preflight:
    """What device and disk say, as the worker asks before it loads the model."""
    made, model = _Made(), find_model(spec.model)
    made.add(resources.DISK, _disk(workspace, spec, model))
    made.add(resources.TRACKER, resources.check_tracker(spec))
    _check_device(made, spec, model, facts)
    return made.result


def check_learned(
    workspace: Workspace, spec: TrainSpec, tokenizer: PreTrainedTokenizerBase, trained: Sequence[Rendered]
) -> Preflight:
    """What the rows that are about to be trained will teach, as the worker asks once they are cut and arranged."""
    made, model = _Made(), find_model(spec.model)
    made.add(rows.PLACEHOLDERS, _placeholders(workspace, spec.dataset))
    made.add(
        rows.VOCABULARY,
        rows.check_vocabulary(tokenizer, trained, vocabulary=_vocabulary(workspace, model), model=model.title),
    )
    made.add(rows.END_OF_TURN, rows.check_end_of_turn(tokenizer, trained, model=model.title, max_length=spec.max_length))
    return made.result


def announce(found: Preflight, reporter: Reporter) -> None:
    """Let the run tell its warnings, and end it where something blocks.

    Raises:
        BadInput: with the sentences of what blocks.
    """
    for finding in found.warnings:
        reporter.note(finding.sentence)
    refuse(found.findings)


def _check_rows(made: _Made, workspace: Workspace, spec: TrainSpec, model: CatalogModel) -> None:
    made.add(rows.PLACEHOLDERS, _placeholders(workspace, spec.dataset))
    if not is_prepared(workspace, model):
        made.leave(NOT_HERE, rows.END_OF_TURN, rows.VOCABULARY)
        return
    tokenizer = tokenizer_of(workspace, model)
    size = min(_BATCH, spec.per_device_train_batch_size * spec.gradient_accumulation_steps)
    batch = rows.render_batch(tokenizer, read_rows(workspace, spec.dataset), size)
    vocabulary = _vocabulary(workspace, model)
    made.add(rows.END_OF_TURN, rows.check_end_of_turn(tokenizer, batch, model=model.title))
    made.add(rows.VOCABULARY, rows.check_vocabulary(tokenizer, batch, vocabulary=vocabulary, model=model.title))


def _check_lengths(made: _Made, spec: TrainSpec, measured: Measured, *, of: int, context: int | None) -> None:
    nothing = row_lengths.check_trained_tokens(measured, spec.max_length, of=of)
    made.add(row_lengths.TRAINED_TOKENS, nothing)
    said = any(found.level is Level.ERROR for found in nothing)  # with what mends it: rows that are cut need no more words
    made.add(row_lengths.CUT_ROWS, [] if said else row_lengths.check_cut_rows(measured, spec.max_length))
    made.add(row_lengths.CONTEXT, row_lengths.check_context(measured, spec.max_length, context))


def _check_peak(made: _Made, workspace: Workspace, spec: TrainSpec, lengths: LengthSource, facts: DeviceFacts | None) -> None:
    try:
        estimator = estimator_for(workspace, spec, lengths=lengths)
        estimate = estimator.estimate(spec)
    except BadInput as problem:  # nothing to learn, which is said already, or a model whose sizes are of another kind
        made.leave(problem.message.rstrip("."), resources.PEAK)
        return
    free = estimate.machine.memory_mb * MEGABYTE
    there = facts.memory if facts else free if estimate.machine.on_gpu else memory_here().total
    needed, advice = estimate.memory.total + estimate.reserve, advise(estimator, estimate)
    remedy = resources.advice_words(advice.changes if advice else None)
    made.add(resources.PEAK, resources.check_peak(needed, there=there, free=free, remedy=remedy))


def _check_device(made: _Made, spec: TrainSpec, model: CatalogModel, facts: DeviceFacts) -> None:
    made.add(device.DTYPE, device.check_dtype(spec, facts, model))
    made.add(device.FOUR_BIT, device.check_four_bit(spec, facts))
    made.add(device.ATTENTION, device.check_attention(spec, facts))
    made.add(device.STRATEGY, device.check_strategy_here(spec, facts))
    remedy = "Take a smaller base model." if spec.load_in_4bit else "Turn on load_in_4bit, or take a smaller base model."
    made.add(
        resources.MEMORY,
        resources.check_memory(
            resources.least_memory(spec, model),
            memory=facts.memory,
            free=facts.free,
            where=facts.gpu or "this machine",
            remedy=remedy,
        ),
    )


@lru_cache(maxsize=32)
def _placeholders(workspace: Workspace, dataset: str) -> Sequence[Finding]:
    """Of a dataset, which never changes."""
    return tuple(rows.check_placeholders(read_rows(workspace, dataset)))


def _disk(workspace: Workspace, spec: TrainSpec, model: CatalogModel) -> list[Finding]:
    needed = resources.needed_disk(spec, model, workspace.model(model.name))
    return resources.check_disk(needed, shutil.disk_usage(workspace.runs).free)


def _config(workspace: Workspace, model: CatalogModel) -> dict[str, Any]:
    path = workspace.model(model.name) / "config.json"
    return dict(read_json(path)) if path.exists() else {}


def _vocabulary(workspace: Workspace, model: CatalogModel) -> int | None:
    return _config(workspace, model).get("vocab_size")


def _context(workspace: Workspace, model: CatalogModel) -> int | None:
    return _config(workspace, model).get("max_position_embeddings")
