from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.importing.registry import import_registry, read_registry
from studio.dataset.reading.shapes import Columns
from studio.errors import BadInput, NotFound, UploadTooLarge
from studio.workspace.datasets import read_manifest, read_rows
from studio.workspace.layout import Workspace

GOOD = {"instruction": "Where is my parcel?", "input": "", "output": "It arrives within 3 days."}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps([GOOD, {**GOOD, "output": ""}, GOOD]))
    (folder / "two.jsonl").write_text("\n".join([json.dumps({"q": "Q?", "a": "A.", "input": "no"}), '{"q": "Q2?"}']))
    return folder


def registry(folder: Path, entries: Any) -> Path:
    path = folder / "dataset_info.json"
    path.write_text(json.dumps(entries))
    return path


def test_the_named_entries_are_joined_in_order_into_one_dataset(workspace: Workspace, folder: Path) -> None:
    two = {"file_name": "two.jsonl", "columns": {"prompt": "q", "response": "a"}}
    path = registry(folder, {"one": {"file_name": "one.json"}, "two": two})
    result = import_registry(workspace, path, ["two", "one"], max_bytes=10_000)
    assert [(row.question, row.source) for row in read_rows(workspace, result.dataset.id)] == [
        ("Q?", "two.jsonl"),
        ("Where is my parcel?", "one.json"),
        ("Where is my parcel?", "one.json"),
    ]
    assert result.dataset.name == "two-one"


def test_problems_count_through_all_files_and_name_theirs(workspace: Workspace, folder: Path) -> None:
    two = {"file_name": "two.jsonl", "columns": {"prompt": "q", "response": "a"}}
    result = import_registry(workspace, registry(folder, {"two": two, "one": {"file_name": "one.json"}}), max_bytes=10_000)
    assert [(problem.row, problem.kind) for problem in result.problems] == [(1, "no_answer"), (3, "no_answer")]
    assert result.problems[0].message.startswith("two.jsonl, row 2: There is no answer: 'a'")
    assert result.problems[1].message.startswith("one.json, row 2: ")
    assert read_manifest(workspace, result.dataset.id).rejected == 2


def test_named_columns_replace_the_alpaca_ones_as_in_llama_factory(folder: Path) -> None:
    path = registry(folder, {"two": {"file_name": "two.jsonl", "columns": {"prompt": "q", "response": "a"}}})
    columns = read_registry(path).entries["two"].shape
    assert isinstance(columns, Columns)
    assert (columns.prompt, columns.response, columns.query, columns.history) == ("q", "a", None, None)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"file_name": "one.json", "formatting": "webdataset"}, "the formatting 'webdataset' is not known"),
        ({"file_name": "one.json", "formatting": "sharegpt", "tags": {"mood_tag": "m"}}, "the tags mood_tag are not known"),
        ({"file_name": "one.json", "ranking": True}, "no 'chosen' or no 'rejected'"),
        ({"hf_hub_url": "someone/something"}, "lies on a hub"),
        ({"file_name": "one.json", "columns": {"prompt": "q", "response": "a", "images": "i"}}, "the columns images"),
        ({"file_name": "one.json", "script": "x.py"}, "the options script"),
        ({"file_name": "one.json", "columns": {"prompt": "q"}}, "no 'response'"),
        ({"file_name": "../outside.json"}, "outside the registry's folder"),
        ({"file_name": "/etc/hostname"}, "outside the registry's folder"),
        ({"file_name": "a\0b"}, "outside the registry's folder"),
        ({"file_name": 3}, "file_name is not as LLaMA-Factory writes it"),
        ("one.json", "the entry is not as LLaMA-Factory writes it"),
    ],
)
def test_what_is_not_supported_says_why_in_one_sentence(workspace: Workspace, folder: Path, entry: Any, says: str) -> None:
    path = registry(folder, {"good": {"file_name": "one.json"}, "odd": entry})
    with pytest.raises(BadInput) as refused:
        import_registry(workspace, path, ["odd"])
    assert refused.value.message.startswith("odd: ")
    assert says in refused.value.message
    result = import_registry(workspace, path)
    assert list(result.skipped) == [refused.value.message]
    assert result.rows == 2


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps([GOOD]))
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    assert "outside" in read_registry(registry(folder, {"link": {"file_name": "link.json"}})).unsupported["link"]


def test_an_absent_file_is_skipped_with_a_word_unless_it_was_asked_for(workspace: Workspace, folder: Path) -> None:
    path = registry(folder, {"good": {"file_name": "one.json"}, "gone": {"file_name": "gone.json"}})
    assert list(import_registry(workspace, path).skipped) == ["gone: the file gone.json is not there."]
    with pytest.raises(NotFound, match=r"gone\.json"):
        import_registry(workspace, path, ["gone"])


def test_an_unknown_name_lists_the_known_ones(workspace: Workspace, folder: Path) -> None:
    with pytest.raises(NotFound, match=r"no entry 'three'\. It can import: one"):
        import_registry(workspace, registry(folder, {"one": {"file_name": "one.json"}}), ["three"])


@pytest.mark.parametrize("content", ["[]", "3", "{", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", ""])
def test_a_registry_that_is_none_is_refused(folder: Path, content: str) -> None:
    (folder / "dataset_info.json").write_text(content)
    path = folder / "dataset_info.json"
    with pytest.raises(BadInput, match=r"dataset_info\.json"):
        read_registry(path)


def test_a_registry_with_nothing_to_import_is_refused(workspace: Workspace, folder: Path) -> None:
    with pytest.raises(BadInput, match="nothing to import"):
        import_registry(workspace, registry(folder, {"hub": {"hf_hub_url": "a/b"}}))


def test_the_limit_holds_for_each_file(workspace: Workspace, folder: Path) -> None:
    with pytest.raises(UploadTooLarge, match=r"one\.json"):
        import_registry(workspace, registry(folder, {"one": {"file_name": "one.json"}}), max_bytes=20)


def test_progress_runs_through_all_files(workspace: Workspace, folder: Path) -> None:
    path = registry(folder, {"one": {"file_name": "one.json"}, "again": {"file_name": "one.json"}})
    seen: list[tuple[int, int]] = []
    import_registry(workspace, path, progress=lambda done, total: seen.append((done, total)))
    total = 2 * (folder / "one.json").stat().st_size
    assert seen == sorted(seen)
    assert seen[-1] == (total, total)


def test_the_sample_data_imports_whole(workspace: Workspace) -> None:
    path = workspace.samples / "dataset_info.json"
    result = import_registry(workspace, path, name="Sample support answers")
    in_files = sum(
        len(json.loads((path.parent / entry["file_name"]).read_text()))
        for entry in json.loads(path.read_text()).values()
        if entry["file_name"] != "identity.json"
    )
    assert (result.rows, result.rejected) == (in_files, 0)
    assert [sentence.split(":")[0] for sentence in result.skipped] == ["identity"], "a template is no training data"
    rows = list(read_rows(workspace, result.dataset.id))
    assert all(row.family and row.industry and row.intent for row in rows)
    assert len({row.industry for row in rows}) >= 6


def test_sharegpt_entries_are_read_with_their_tags(workspace: Workspace, folder: Path) -> None:
    turns = [
        {"who": "klant", "said": "Waar is mijn pakje?"},
        {"who": "hulp", "said": "Morgen bij u."},
        {"who": "doet", "said": "x"},
    ]
    (folder / "chats.json").write_text(json.dumps([{"talk": turns, "rules": "Be brief."}]))
    tags = {"role_tag": "who", "content_tag": "said", "user_tag": "klant", "assistant_tag": "hulp", "function_tag": "doet"}
    columns = {"messages": "talk", "system": "rules"}
    entry = {"file_name": "chats.json", "formatting": "sharegpt", "columns": columns, "tags": tags}
    result = import_registry(workspace, registry(folder, {"chats": entry}))
    (row,) = read_rows(workspace, result.dataset.id)
    assert [(turn["role"], turn["content"]) for turn in row.messages] == [
        ("system", "Be brief."),
        ("user", "Waar is mijn pakje?"),
        ("assistant", "Morgen bij u."),
    ]


def test_openai_entries_rankings_verdicts_and_a_number_of_samples(workspace: Workspace, folder: Path) -> None:
    messages = [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A."}]
    (folder / "openai.json").write_text(json.dumps([{"messages": messages}] * 3))
    (folder / "pairs.json").write_text(json.dumps([{"instruction": "Q?", "good": "Yes.", "bad": "No."}]))
    (folder / "verdicts.json").write_text(json.dumps([{"messages": messages, "ok": False}]))
    path = registry(
        folder,
        {
            "openai": {"file_name": "openai.json", "formatting": "openai", "num_samples": 2},
            "pairs": {
                "file_name": "pairs.json",
                "ranking": True,
                "columns": {"prompt": "instruction", "chosen": "good", "rejected": "bad"},
            },
            "verdicts": {
                "file_name": "verdicts.json",
                "formatting": "openai",
                "columns": {"messages": "messages", "kto_tag": "ok"},
            },
        },
    )
    rows = list(read_rows(workspace, import_registry(workspace, path).dataset.id))
    assert [(row.answer, row.rejected, row.label) for row in rows] == [
        ("A.", None, None),
        ("A.", None, None),
        ("Yes.", "No.", None),
        ("A.", None, False),
    ]
