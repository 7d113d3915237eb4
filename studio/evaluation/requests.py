"""Asking for an evaluation: everything that can be wrong is found before a run exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.evaluation.selection import of_industries
from studio.evaluation.spec import EvalSpec, parse_spec, resolve
from studio.jobs.queue import JobQueue
from studio.scoring.filling import fill_question_set
from studio.scoring.items import find_question_set, load_question_set
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run


def evaluation_spec(
    workspace: Workspace,
    *,
    question_set: str,
    models: Sequence[str],
    base_model: str,
    industries: Sequence[str] = (),
    limit: int | None = None,
    fill: Mapping[str, str] | None = None,
) -> EvalSpec:
    """The spec of an evaluation, checked.

    Raises:
        BadInput: the question set can't be used, has no item of the industries, or its placeholders and `fill` don't match.
        NotFound: the question set or a model does not exist.
    """
    path = find_question_set(question_set, workspace.eval_sets)
    of_industries(fill_question_set(load_question_set(path), fill or {}).items, industries)
    spec = parse_spec(
        {
            "question_set": str(path.resolve()),
            "models": tuple(models),
            "base_model": base_model,
            "industries": tuple(industries),
            "limit": limit,
            "fill": dict(fill or {}),
        }
    )
    resolve(workspace, spec.models, spec.base_model)
    return spec


def request_evaluation(queue: JobQueue, spec: EvalSpec) -> Run:
    """Put the evaluation into the queue."""
    return queue.submit(spec.model_dump(mode="json"))
