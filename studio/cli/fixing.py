"""What `check --fix` does: a new dataset of an old one, with what the checks found mended."""

from __future__ import annotations

from studio.cli.models import choose_length_check
from studio.cli.output import errors, print_json, print_table, results
from studio.dataset.checks.examination import Examination
from studio.dataset.checks.remedies import Mended, parse_remedies
from studio.dataset.deriving.mending import counted, mend_dataset, save_mended
from studio.ui.views.figures import count
from studio.workspace.layout import Workspace

_SHOWN = 12


def fix_dataset(
    workspace: Workspace, dataset: str, fix: str, *, model: str | None, max_length: int, name: str, json_: bool
) -> Examination:
    """Apply the remedies, save the new dataset and say what was done; what the checks find in it.

    Raises:
        NotFound: there is no such dataset or model.
        BadInput: there is no such remedy, or nothing would change.
    """
    remedies = parse_remedies(fix)
    _, length_check = choose_length_check(workspace, model, max_length)
    mended = mend_dataset(workspace, dataset, remedies, length_check=length_check)
    made = save_mended(workspace, dataset, remedies, mended, name=name)
    if json_:
        print_json(
            {
                "dataset": made.id,
                "parent": dataset,
                "rows": made.rows,
                "score_before": mended.before.score,
                "score": mended.after.score,
                "counts": mended.after.counts,
                "removed": [change.to_json() for change in mended.removed],
                "changed": [change.to_json() for change in mended.changed],
            }
        )
    else:
        _show(mended, made.id)
    return mended.after


def _show(mended: Mended, made: str) -> None:
    removed, changed = counted(mended.removed), counted(mended.changed)
    rows = [[kind.replace("_", " "), f"{removed.get(kind, 0):,}", f"{changed.get(kind, 0):,}"] for kind in {**removed, **changed}]
    print_table("", ["for", "rows removed", "rows changed"], rows)
    for change in [*mended.removed, *mended.changed][:_SHOWN]:
        errors.print(f"  row {change.row + 1:,}: {change.sentence}", highlight=False, soft_wrap=True)
    more = len(mended.removed) + len(mended.changed) - _SHOWN
    if more > 0:
        errors.print(f"  ... and {more:,} more; --json lists them all.", highlight=False)
    results.print(
        f"Dataset {made}: {count(len(mended.rows), 'row')}, score {mended.before.score} -> {mended.after.score} of 100.",
        highlight=False,
        soft_wrap=True,
    )
