"""The card says what is known about a dataset, and what nobody wrote down."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from studio.dataset.checks.examination import Examination, Finding
from studio.dataset.checks.examined import write_examination
from studio.dataset.deriving.mixing import make_mix, plan_mix
from studio.dataset.deriving.splitting import make_split, plan_split
from studio.dataset.publishing.card import LICENCES, render_card
from studio.errors import NotFound
from studio.workspace.datasets import RemovedRow, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.notes import Notes, write_notes
from tests.support import make_rows


def card(workspace: Workspace, dataset: str, data_file: str | None = None) -> tuple[dict[str, object], str]:
    """The header and the body."""
    _, header, body = render_card(workspace, dataset, data_file=data_file).split("---\n", 2)
    return yaml.safe_load(header), body


def test_a_card_of_which_nobody_said_anything_says_so(workspace: Workspace, dataset: str) -> None:
    header, body = card(workspace, dataset)
    assert header["license"] == "unknown"
    assert "configs" not in header
    assert header["size_categories"] == ["n<1K"]
    assert "Licence: not written down" in body
    assert "Nothing: every row of the source is in it." in body
    assert "It was not examined." in body
    assert "free of personal data is not known" in body
    assert "Nothing is held out" in body
    assert "- Rows: 16" in body and "- Families (one need, one right answer): 4" in body


def test_the_header_says_where_the_rows_lie_and_of_which_part_they_are(workspace: Workspace) -> None:
    rows = [
        replace(one, messages=[{"role": "user", "content": topic * 2}, one.messages[1]], family=topic)
        for topic in ["parcel", "refund"]
        for one in make_rows(1)
    ]
    whole = write_dataset(workspace, rows, name="whole", source="x")
    halves = make_split(workspace, plan_split(workspace, whole.id, share=0.5))
    header, body = card(workspace, halves.validation.id, "data/validation.parquet")
    assert header["configs"] == [
        {"config_name": "default", "data_files": [{"split": "validation", "path": "data/validation.parquet"}]}
    ]
    assert "This is the validation part of a split" in body
    assert 'load_dataset("parquet", data_files="data/validation.parquet", split="train")' in body
    assert f"`{halves.validation.id}`" in card(workspace, halves.training.id)[1]


@pytest.mark.parametrize(
    ("licence", "identifier", "name"), [("CC-BY-4.0", "cc-by-4.0", None), ("House rules", "other", "House rules")]
)
def test_a_licence_is_the_hubs_identifier_or_other_with_its_name(
    workspace: Workspace, dataset: str, licence: str, identifier: str, name: str | None
) -> None:
    write_notes(workspace, dataset, Notes(licence=licence, languages="EN, zh", text="Ours."))
    header, body = card(workspace, dataset)
    assert (header["license"], header.get("license_name")) == (identifier, name)
    assert header["language"] == ["en", "zh"]
    assert identifier in LICENCES
    assert "\nOurs.\n" in body


def test_languages_are_told_from_the_rows_until_somebody_writes_them_down(workspace: Workspace) -> None:
    spoken = (
        ["Where is my parcel, and when will it arrive?"] * 10
        + ["我的包裹在哪里？什么时候到？"] * 10
        + ["Wo ist mein Paket und wann kommt es an?"]
    )
    rows = [
        replace(make_rows()[0], messages=[{"role": "user", "content": text}, {"role": "assistant", "content": text}])
        for text in spoken
    ]
    made = write_dataset(workspace, rows, name="spoken", source="x").id
    header, body = card(workspace, made)
    assert header["language"] == ["en", "zh"]
    assert "Languages: en, zh (told from the rows)" in body
    write_notes(workspace, made, Notes(languages="de"))
    header, body = card(workspace, made)
    assert header["language"] == ["de"] and "told from" not in body


def test_it_names_the_parents_with_fingerprints_and_how_it_was_made(workspace: Workspace, dataset: str) -> None:
    other = write_dataset(workspace, [replace(row, family="x") for row in make_rows(2)], name="Other", source="y")
    made = make_mix(workspace, plan_mix(workspace, {dataset: 3, other.id: 1}, rows=12), name="mix")
    body = card(workspace, made.id)[1]
    assert f"Made from Other (`{other.id}`, fingerprint `{other.fingerprint}`)" in body
    assert "weight 3: 9 rows" in body and "seed 0" in body
    assert "| 12 of what it was made from | not drawn for the mix |" in body


def test_it_counts_what_was_left_out_by_reason(workspace: Workspace) -> None:
    problems = [{"row": row, "kind": "no_answer", "message": "There is none."} for row in (3, 7)]
    removed = [RemovedRow("personal_data", 1, "parent"), RemovedRow("own_reason", 2, "parent")]
    made = write_dataset(workspace, make_rows(), name="cleaned", source="x", problems=problems, removed=removed)
    body = card(workspace, made.id)[1]
    assert "| 2 of the source | there was no answer |" in body
    assert "| 1 of what it was made from | it held personal data |" in body
    assert "| 1 of what it was made from | own reason |" in body


def test_a_stored_examination_gives_the_score(workspace: Workspace, dataset: str) -> None:
    found = [Finding(row, "near_duplicate", "As another.") for row in range(8)]
    write_examination(workspace, dataset, Examination(16, found))
    body = card(workspace, dataset)[1]
    assert "87.5 of 100" in body and "- near duplicate: 8" in body
    assert "personal data is not known" not in body


def test_personal_data_that_was_found_is_not_called_unknown(workspace: Workspace, dataset: str) -> None:
    write_examination(workspace, dataset, Examination(16, [Finding(3, "personal_data", "It holds an e-mail.")]))
    body = card(workspace, dataset)[1]
    assert "- personal data: 1" in body and "It holds personal data or secrets" in body
    assert "personal data is not known" not in body


def test_what_people_wrote_can_not_change_the_card(workspace: Workspace) -> None:
    rows = [replace(row, industry="a | b") for row in make_rows(1, 1)]
    rows[0] = replace(rows[0], messages=[{"role": "user", "content": "```\n# Hi"}, {"role": "assistant", "content": "---\n<b>"}])
    made = write_dataset(workspace, rows, name="x: [y]\n---\n# *z* <script>", source="| s |")
    header, body = card(workspace, made.id)
    assert header["pretty_name"] == "x: [y] --- # *z* <script>"
    assert "\\*z\\* \\<script\\>" in body and "a \\| b" in body and "\\| s \\|" in body
    assert "````text\n```\n# Hi\n````" in body


def test_questions_without_answers_are_called_that(workspace: Workspace) -> None:
    rows = [replace(row, messages=row.messages[:1]) for row in make_rows(2, 1)]
    body = card(workspace, write_dataset(workspace, rows, name="questions", source="x").id)[1]
    assert "2 questions of customers, without answers" in body and "which has no answer yet" in body


def test_there_is_no_card_of_nothing(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        render_card(workspace, "none")
