"""What the Data page says about a dataset's origin, its mixes and its splits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.dataset.checks.examination import Examination, Finding
from studio.dataset.deriving.lineage import Relative, children_of, parents_of
from studio.dataset.deriving.mixing import make_mix, plan_mix
from studio.dataset.deriving.splitting import make_split, plan_split
from studio.dataset.publishing.hub import destination_of
from studio.settings import Settings
from studio.ui.views import data_card as view
from studio.ui.views import data_mixing as mixing_view
from studio.workspace.datasets import Manifest, RemovedRow, Row, read_manifest, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.trash import delete_dataset
from tests.support import make_rows


def answers(workspace: Workspace, name: str, topics: str) -> Manifest:
    rows = [
        Row([{"role": "user", "content": f"{topic} " * times}, {"role": "assistant", "content": "Yes."}], "x", topic)
        for topic in topics.split()
        for times in (1, 2)
    ]
    return write_dataset(workspace, rows, name=name, source="<x>.json")


def origin(workspace: Workspace, manifest: Manifest, licence: str | None = None) -> str:
    parents, children = parents_of(workspace, manifest), children_of(workspace, manifest)
    return view.origin_html(
        manifest,
        parents=parents,
        children=children,
        source=manifest.source,
        licence=licence,
        examination=Examination(200, [Finding(1, "duplicate", "m")]),
    )


def test_parents_and_children_are_links_and_a_deleted_parent_is_named(workspace: Workspace) -> None:
    one, other = answers(workspace, "One <b>", "parcel refund seat"), answers(workspace, "Other", "voucher")
    made = make_mix(workspace, plan_mix(workspace, {one.id: 1, other.id: 1}, rows=4), name="mix")
    delete_dataset(workspace, other.id)
    shown = origin(workspace, made)
    assert f'<a href="data?dataset={one.id}">One &lt;b&gt;</a> <code>{one.fingerprint[:12]}</code>' in shown
    assert f'{other.id} <span class="muted">(deleted)</span> <code>{other.fingerprint[:12]}</code>' in shown
    assert "not drawn for the mix" in shown and "99.8 of 100" in shown and "Not written down." in shown
    assert f'<a href="data?dataset={made.id}">mix</a>' in origin(workspace, one)
    assert "&lt;x&gt;.json" in origin(workspace, one) and "cc-by-4.0" in origin(workspace, one, "cc-by-4.0")


def test_left_out_rows_are_counted_by_reason_and_place(workspace: Workspace) -> None:
    problems = [{"row": row, "kind": "<odd>", "message": "m"} for row in (1, 2)]
    made = write_dataset(
        workspace, make_rows(), name="c", source="x", problems=problems, removed=[RemovedRow("duplicate", 3, "parent")]
    )
    shown = view.left_out_html(made)
    assert "<tr><td>2</td><td>the source</td><td>&lt;odd&gt;</td></tr>" in shown
    assert "<tr><td>1</td><td>what it was made from</td><td>the same question and answer" in shown
    assert "Nothing was left out" in view.left_out_html(replace(made, problems=(), removed={}))


def test_where_it_will_go_and_where_it_is_are_escaped(workspace: Workspace, dataset: str, tmp_path: Path) -> None:
    destination = destination_of(workspace, Settings(), dataset, "acme/answers")
    destination = replace(destination, dataset=replace(destination.dataset, name="<b>"))
    assert "&lt;b&gt;" in view.destination_html(destination)
    assert 'href="https://huggingface.co/datasets/acme/answers"' in view.pushed_html(destination.url)


def test_a_card_is_shown_without_its_header() -> None:
    assert view.without_header("---\nlicense: mit\n---\n\n# Title\n\n---\nmore") == "# Title\n\n---\nmore"


def test_a_mix_says_how_each_part_comes_to_its_rows(workspace: Workspace) -> None:
    one, other = answers(workspace, "<One>", "parcel refund seat"), answers(workspace, "Other", "voucher")
    shown = mixing_view.mix_html(plan_mix(workspace, {one.id: 1, other.id: 1}, rows=10))
    assert "The mix will have 10 rows." in shown
    assert "<td>&lt;One&gt;</td><td>6</td><td>5 (50%)</td><td>5 drawn, 1 left out</td>" in shown
    assert "<td>Other</td><td>2</td><td>5 (50%)</td><td>each twice, 1 of them once more</td>" in shown


def test_a_split_is_counted_before_and_linked_after(workspace: Workspace) -> None:
    whole = answers(workspace, "Whole", "parcel refund seat voucher")
    split = plan_split(workspace, whole.id, share=0.25)
    assert "6 rows to train on and 2 rows to validate with, drawn from 4 groups" in mixing_view.split_html(split)
    assert "1 row will be in neither part" in mixing_view.split_html(replace(split, left_out=[1]))
    assert "by their words only" in mixing_view.split_html(replace(split, compared=False))
    halves = make_split(workspace, split)
    shown = mixing_view.halves_html(split, halves)
    assert f"?dataset={halves.training.id}" in shown and f"?dataset={halves.validation.id}" in shown


def test_datasets_of_one_name_are_told_apart(workspace: Workspace, dataset: str) -> None:
    manifest = read_manifest(workspace, dataset)
    twin = replace(manifest, id="small-2", fingerprint="f" * 64)
    labels = [label for label, _ in mixing_view.choices([manifest, twin, replace(manifest, name="other")])]
    assert len(set(labels)) == 3 and labels[2] == "other"
    assert Relative("gone", "", None).name == "gone"
