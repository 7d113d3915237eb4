"""The job `evaluation.evaluate`: every model answers every item, greedily; the verdicts become a report.

An answer once given is kept in `answers.jsonl`, so that a run that was killed goes on where it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.chat.catalog import find_model, prepare_model
from studio.chat.messages import ChatModel, Decoding, Request, reply
from studio.errors import StudioError
from studio.evaluation.report import Answers, build_report
from studio.evaluation.selection import of_industries, spread
from studio.evaluation.spec import Contestant, EvalSpec, parse_spec, resolve
from studio.jobs.progress import Reporter
from studio.scoring.filling import fill_question_set
from studio.scoring.items import Item, load_question_set
from studio.scoring.verdict import judge
from studio.workspace.files import append_json_line, read_json_lines
from studio.workspace.layout import Workspace
from studio.workspace.reports import write_report

logger = logging.getLogger(__name__)


def run(workspace: Workspace, reporter: Reporter, values: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate and write the report; returns `{"report": id}`.

    Raises:
        BadInput: the spec, a model or the question set can't be used.
        Stopped: somebody asked to; the answers so far are kept for a resume.
    """
    spec = parse_spec(values)
    question_set = fill_question_set(load_question_set(Path(spec.question_set)), spec.fill)
    items = spread(of_industries(question_set.items, spec.industries), spec.limit)
    contestants = resolve(workspace, spec.models, spec.base_model)
    reporter.phase("loading the model")
    model = _load(workspace, spec)
    decoding = Decoding(max_new_tokens=spec.max_new_tokens)
    reporter.phase("answering")
    ledger = Ledger(reporter.run.folder / "answers.jsonl", total=len(items) * len(contestants))
    answered = [_answers(model, one, items, ledger, reporter, spec, decoding) for one in contestants]
    report = build_report(
        reporter.run.id, question_set, items, answered, base_model=spec.base_model, decoding=decoding, fill=spec.fill
    )
    write_report(workspace, report)
    return {"report": report["id"]}


@dataclass(frozen=True)
class Given:
    """One answer as it is kept; `error` says why there is none."""

    answer: str
    error: str | None
    seconds: float


class Ledger:
    """The answers so far, in a file that survives the process."""

    def __init__(self, path: Path, *, total: int) -> None:
        self._path = path
        self.total = total
        self._given = {
            (line["model"], line["item"]): Given(line["answer"], line["error"], line["seconds"])
            for line in read_json_lines(path)
            if line["error"] is None  # what failed is tried again
        }

    def __len__(self) -> int:
        return len(self._given)

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._given

    def __getitem__(self, key: tuple[str, str]) -> Given:
        return self._given[key]

    def keep(self, model: str, item: str, given: Given) -> None:
        """Write an answer down."""
        self._given[model, item] = given
        line = {"model": model, "item": item, "answer": given.answer, "error": given.error, "seconds": given.seconds}
        append_json_line(self._path, line)


def _answers(
    model: ChatModel,
    contestant: Contestant,
    items: Sequence[Item],
    ledger: Ledger,
    reporter: Reporter,
    spec: EvalSpec,
    decoding: Decoding,
) -> Answers:
    # Questions of similar length share a batch: less padding, and the same batches on every run.
    waiting = sorted((item for item in items if (contestant.name, item.id) not in ledger), key=_length)
    reporter.progress(len(ledger), ledger.total)
    for start in range(0, len(waiting), spec.batch_size):
        reporter.check_stop()
        batch = waiting[start : start + spec.batch_size]
        for item, given in zip(batch, _answer_batch(model, contestant, batch, decoding), strict=True):
            ledger.keep(contestant.name, item.id, given)
        reporter.progress(len(ledger), ledger.total)
    given_answers = [ledger[contestant.name, item.id] for item in items]
    return Answers(
        contestant=contestant,
        digest=model.digest(contestant.adapter),
        answers=[given.answer for given in given_answers],
        verdicts=[
            judge(item, given.answer if given.error is None else None, given.error)
            for item, given in zip(items, given_answers, strict=True)
        ],
        seconds=round(sum(given.seconds for given in given_answers), 2),
    )


def _answer_batch(model: ChatModel, contestant: Contestant, batch: Sequence[Item], decoding: Decoding) -> list[Given]:
    started = time.monotonic()
    requests = [Request(item.conversation, contestant.adapter) for item in batch]
    try:
        answers = reply(model, requests, decoding)
    except StudioError as error:
        logger.exception("a batch of %d items failed", len(batch))
        if len(batch) > 1:  # one item that can't be answered must not cost its neighbours their answers
            return [given for item in batch for given in _answer_batch(model, contestant, [item], decoding)]
        return [Given("", error.message, time.monotonic() - started)]
    each = (time.monotonic() - started) / len(batch)
    return [Given(answer, None, each) for answer in answers]


def _length(item: Item) -> tuple[int, str]:
    return sum(len(turn["content"]) for turn in item.conversation), item.id


def _load(workspace: Workspace, spec: EvalSpec) -> ChatModel:
    from studio.chat.transformers_engine import TransformersModel

    return TransformersModel(prepare_model(workspace, find_model(spec.base_model)))
