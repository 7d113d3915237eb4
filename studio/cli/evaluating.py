"""`eval`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from studio.cli.output import follow, print_json, print_table, results
from studio.cli.workspace import Json, open_workspace
from studio.errors import BadInput, ThresholdNotMet
from studio.evaluation.requests import evaluation_spec, request_evaluation
from studio.placeholders import parse_values
from studio.workspace.adapters import find_tuned
from studio.workspace.layout import Workspace
from studio.workspace.reports import Report, read_report
from studio.workspace.runs import RunState


def evaluate(
    set_: Annotated[str, typer.Option("--set", help="Question set, by name or path.")] = "high_frequency",
    models: Annotated[str, typer.Option(help="`base` and ids of training runs, separated by commas.")] = "base",
    base_model: Annotated[str | None, typer.Option(help="Base model by catalog name; that of the first run by default.")] = None,
    industry: Annotated[list[str] | None, typer.Option(help="Only items of this industry; may be given several times.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many items, evenly spread; for a quick look.")] = None,
    fill: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE; fills a placeholder of the set, as name=Nova. May be repeated.")
    ] = None,
    min_accuracy: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Exit 3 if the last model is below this.")] = None,
    json_: Json = False,
) -> None:
    """Measure how often the models are right on a question set."""
    settings, workspace, queue = open_workspace()
    names = [name.strip() for name in models.split(",") if name.strip()]
    base = base_model or _base_of(workspace, names) or settings.model
    spec = evaluation_spec(
        workspace,
        question_set=set_,
        models=names,
        base_model=base,
        industries=industry or (),
        limit=limit,
        fill=parse_values(fill or ()),
    )
    run = request_evaluation(queue, spec)
    status = follow(queue, run, f"Evaluating {run.id}")
    if status.state is not RunState.SUCCEEDED:
        raise BadInput(f"Run {run.id} was {status.state}, so there is no report.")
    report = read_report(workspace, run.id)
    if json_:
        print_json(evaluation_result(report))
    else:
        print_report(report)
    _check(report, min_accuracy)


def evaluation_result(report: Report) -> dict[str, Any]:
    """What `eval --json` prints."""
    keys = ("model", "passed", "items", "accuracy", "wilson", "errored", "weighted_accuracy", "family_bootstrap")
    return {
        "report": report["id"],
        "models": [{key: model[key] for key in keys} for model in report["models"]],  # type: ignore[literal-required]
        "mcnemar_p": report["comparison"]["mcnemar_p"] if report["comparison"] else None,
        "floors": report["floors"],
    }


def print_report(report: Report) -> None:
    """The headline of a report, for people."""
    rows = [
        [
            model["model"],
            f"{model['passed']}/{model['items']}",
            f"{model['accuracy']:.1%}",
            f"{model['wilson'][0]:.1%} to {model['wilson'][1]:.1%}",
            str(model["errored"]),
        ]
        for model in report["models"]
    ]
    print_table(
        f"Report {report['id']}, {report['question_set']['name']}", ["model", "right", "accuracy", "Wilson 95%", "errors"], rows
    )
    comparison = report["comparison"]
    if comparison:
        fixed, broken = len(comparison["fixed"]), len(comparison["broken"])
        results.print(f"Fixed {fixed}, broken {broken}; exact McNemar p = {comparison['mcnemar_p']:.2g}.", highlight=False)


def _base_of(workspace: Workspace, names: list[str]) -> str | None:
    tuned = next((name for name in names if name != "base"), None)
    return find_tuned(workspace, tuned).base_model if tuned else None


def _check(report: Report, min_accuracy: float | None) -> None:
    last = report["models"][-1]
    if min_accuracy is not None and last["accuracy"] < min_accuracy:
        raise ThresholdNotMet(
            f"{last['model']} is right on {last['passed']}/{last['items']}, below the {min_accuracy:.1%} asked for."
        )
