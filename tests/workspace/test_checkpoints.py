"""Which checkpoint a training can go on from."""

from __future__ import annotations

from pathlib import Path

from studio.workspace.checkpoints import newest_checkpoint, remove_torn_checkpoints

WHOLE = '{"global_step": STEP, "max_steps": 40}'


def checkpoint(folder: Path, step: int, *, state: str | None = WHOLE) -> Path:
    path = folder / "checkpoints" / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "optimizer.pt").write_bytes(b"0" * 100)
    if state is not None:
        (path / "trainer_state.json").write_text(state.replace("STEP", str(step)))
    return path


def test_the_newest_by_number_counts_not_by_name(tmp_path: Path) -> None:
    for step in (8, 10, 9):
        checkpoint(tmp_path, step)
    newest = newest_checkpoint(tmp_path)
    assert newest is not None and newest.step == 10


def test_one_that_was_torn_gives_way_to_the_one_before_it(tmp_path: Path) -> None:
    whole = checkpoint(tmp_path, 8)
    checkpoint(tmp_path, 10, state='{"global_step": 10, "log_hist')
    checkpoint(tmp_path, 12, state=None)
    newest = newest_checkpoint(tmp_path)
    assert newest is not None and newest.folder == whole


def test_torn_ones_are_removed_and_whole_ones_stay(tmp_path: Path) -> None:
    whole, torn = checkpoint(tmp_path, 8), checkpoint(tmp_path, 10, state=None)
    remove_torn_checkpoints(tmp_path)
    assert whole.exists() and not torn.exists()


def test_a_run_without_checkpoints_has_none(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path) is None
    remove_torn_checkpoints(tmp_path)
