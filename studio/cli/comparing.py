"""`compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.charts import compared_curves, svg
from studio.cli.output import duration, errors, print_json, print_table
from studio.cli.workspace import Json, open_workspace
from studio.training.comparison import accuracy_rows, as_json, compare_runs, curve_csv, validation_rows
from studio.workspace.files import write_text_atomically


def compare(
    runs: Annotated[list[str], typer.Argument(help="Two to six trainings.", metavar="RUN RUN...")],
    curve: Annotated[
        str, typer.Option(help="What --csv and --svg write: loss, eval_loss, learning_rate, memory_mb ...")
    ] = "loss",
    csv: Annotated[Path | None, typer.Option(help="Write the curves' values to this file.")] = None,
    svg_: Annotated[Path | None, typer.Option("--svg", help="Draw the curves, one over the other, into this file.")] = None,
    json_: Json = False,
) -> None:
    """Show trainings beside each other: the settings that differ, what came out, and how often each is right."""
    _, workspace, _ = open_workspace()
    comparison = compare_runs(workspace, runs)
    if csv is not None:
        _save(csv, curve_csv(comparison, curve))
    if svg_ is not None:
        _save(svg_, svg(compared_curves(comparison.curves(curve), curve)))
    if json_:
        print_json(as_json(comparison))
        return
    columns = ["", *comparison.labels]
    print_table("What differs", columns, [[name, *map(_plain, values)] for name, values in comparison.settings.items()])
    results = [[name, *(_result(name, run.status.result.get(name)) for run in comparison.runs)] for name in comparison.results]
    results += [[name, *(_result(name, best) for best in bests)] for name, bests in validation_rows(comparison).items()]
    print_table("What came out", columns, [["state", *(run.status.state.value for run in comparison.runs)], *results])
    measured = accuracy_rows(comparison)
    if measured:
        rows = [[name, *(f"{one.passed}/{one.items} = {one.passed / one.items:.1%}" if one else "–" for one in each)] for name, each in measured.items()]  # fmt: skip
        print_table("Right answers", columns, rows)


def _save(path: Path, content: str) -> None:
    write_text_atomically(path, content)
    errors.print(f"{path} is written.", highlight=False, soft_wrap=True)


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _result(name: str, value: Any) -> str:
    if not isinstance(value, int | float):
        return "–"
    if name == "seconds":
        return duration(value)
    return f"{value:,.0f}" if value >= 100 or isinstance(value, int) else f"{value:.4g}"
