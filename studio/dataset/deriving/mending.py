"""Mend a dataset: its rows with remedies applied, and the new dataset that comes of it. The page and the command line call the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.dataset.checks.examination import WEIGHTS, Examination, Finding, examine
from studio.dataset.checks.examined import known_items, read_examination, write_examination
from studio.dataset.checks.remedies import Change, Mended, Remedy, mend
from studio.dataset.deriving.lineage import licence_of
from studio.dataset.progress import Progress
from studio.dataset.tokens.too_long import LengthCheck
from studio.errors import BadInput
from studio.workspace.datasets import Manifest, RemovedRow, Row, read_manifest, read_rows, write_dataset
from studio.workspace.layout import Workspace


def examine_dataset(workspace: Workspace, dataset: str, *, progress: Progress | None = None) -> Examination:
    """Check a dataset and keep what was found. Which rows are too long is not asked: that depends on the model.

    Raises:
        NotFound: there is no such dataset.
        BadInput: a question set can't be used.
    """
    examination = examine(read_rows(workspace, dataset), items=known_items(workspace), progress=progress)
    write_examination(workspace, dataset, examination)
    return examination


def with_over_long(examination: Examination, rows: Sequence[Row], check: LengthCheck) -> Examination:
    """What was found in these rows, with those that are too long by this check and by no other."""
    others = [finding for finding in examination.findings if finding.kind != "too_long"]
    over = [Finding(row, "too_long", sentence) for row, sentence in enumerate(check(rows)) if sentence is not None]
    order = list(WEIGHTS)
    return replace(examination, findings=sorted([*others, *over], key=lambda one: (one.row, order.index(one.kind))))


def mend_dataset(
    workspace: Workspace,
    dataset: str,
    remedies: Sequence[Remedy],
    *,
    length_check: LengthCheck | None = None,
    progress: Progress | None = None,
) -> Mended:
    """What the remedies would do to a dataset. Nothing is written.

    Args:
        workspace: where the dataset is.
        dataset: its id.
        remedies: to apply, all together.
        length_check: says which rows are too long; without it none is. What is known of the dataset otherwise is not looked for again.
        progress: how far an examination is; there are as many as it takes.

    Raises:
        NotFound: there is no such dataset.
        BadInput: a question set can't be used.
    """
    items, rows = known_items(workspace), list(read_rows(workspace, dataset))

    def look(examined: Sequence[Row]) -> Examination:
        return examine(examined, items=items, length_check=length_check, progress=progress)

    known = read_examination(workspace, dataset)
    if known is not None and length_check is not None:
        known = with_over_long(known, rows, length_check)
    return mend(rows, known or look(rows), remedies, look)


def save_mended(workspace: Workspace, dataset: str, remedies: Sequence[Remedy], mended: Mended, *, name: str = "") -> Manifest:
    """Write the rows that are left as a new dataset, with its parent, what was removed and why, and what the checks found in it.

    Raises:
        NotFound: the dataset was deleted meanwhile.
        BadInput: nothing would change, or no row would be left.
    """
    parent = read_manifest(workspace, dataset)
    if not (mended.removed or mended.changed):
        raise BadInput("These remedies change nothing, so there is nothing to save: no row of the dataset needs them.")
    if not mended.rows:
        raise BadInput("These remedies would remove every row. Take one of them back.")
    made = write_dataset(
        workspace,
        mended.rows,
        name=name.strip() or f"{parent.name} mended"[:100],
        source=parent.name,
        parents=[parent.id],
        removed=[RemovedRow(change.kind, change.row, parent.id, change.detail) for change in mended.removed],
        licence=licence_of(workspace, parent),
        recipe={
            "kind": "remedies",
            "remedies": [remedy.code for remedy in remedies],
            "rows_changed": len(mended.changed),
            "score_before": mended.before.score,
            "score_after": mended.after.score,
        },
    )
    lasting = [finding for finding in mended.after.findings if finding.kind != "too_long"]  # that holds for one model only
    write_examination(workspace, made.id, replace(mended.after, findings=lasting))
    return made


def counted(changes: Sequence[Change]) -> Mapping[str, int]:
    """How many rows, by what it was done for."""
    return Counter(change.kind for change in changes)
