"""Pushing, by the Hub's own client, to a server that speaks its API. Nothing here has met the real Hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest

from studio.dataset.checks.examination import Examination, Finding
from studio.dataset.checks.examined import write_examination
from studio.dataset.importing.file import import_file
from studio.dataset.publishing.exporting import ExportFormat
from studio.dataset.publishing.hub import destination_of, push
from studio.errors import BadInput, NotFound, StudioError
from studio.settings import Settings
from studio.workspace.datasets import read_manifest
from studio.workspace.layout import Workspace
from tests.hub import TOKEN, Hub, running_hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    with running_hub() as hub:
        yield hub


def settings_for(hub: Hub, token: str | None = TOKEN) -> Settings:
    return Settings(hub_token=token, hub_url=hub.url)


@pytest.mark.parametrize("export_format", list(ExportFormat)[:4])
def test_rows_and_card_arrive_in_one_commit_and_the_rows_are_the_same(
    hub: Hub, workspace: Workspace, dataset: str, tmp_path: Path, export_format: ExportFormat
) -> None:
    destination = destination_of(workspace, settings_for(hub), dataset, "acme/answers", export_format=export_format)
    steps: list[float] = []
    url = push(workspace, settings_for(hub), destination, told=lambda done, _: steps.append(done))
    assert url == f"{hub.url}/datasets/acme/answers"
    files = hub.files["acme/answers"]
    assert sorted(files) == ["README.md", destination.file]
    assert len(hub.commits) == 1 and dataset in hub.commits[0]
    assert f"path: {destination.file}" in files["README.md"].decode()
    arrived = tmp_path / Path(destination.file).name
    arrived.write_bytes(files[destination.file])
    fingerprint = import_file(workspace, arrived, name="arrived").dataset.fingerprint
    assert fingerprint == read_manifest(workspace, dataset).fingerprint
    assert steps == sorted(steps) and steps[-1] == 1.0


def test_large_files_go_through_lfs(hub: Hub, workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    hub.upload_mode = "lfs"
    push(workspace, settings_for(hub), destination_of(workspace, settings_for(hub), dataset, "acme/answers"))
    assert hub.files["acme/answers"]["data/train.parquet"].startswith(b"PAR1")
    assert len(hub.stored) == 1


@pytest.mark.parametrize(("public", "visibility"), [(False, "private"), (True, "public")])
def test_a_repository_is_private_unless_asked(
    hub: Hub, workspace: Workspace, dataset: str, public: bool, visibility: str
) -> None:
    destination = destination_of(workspace, settings_for(hub), dataset, "acme/answers", public=public)
    push(workspace, settings_for(hub), destination)
    assert hub.visibility == {"acme/answers": visibility}


def test_where_it_goes_is_said_without_the_network(workspace: Workspace, dataset: str) -> None:
    nowhere = Settings(hub_url="http://127.0.0.1:9/")
    words = destination_of(workspace, nowhere, dataset, " acme/answers ").in_words
    assert "http://127.0.0.1:9/datasets/acme/answers" in words
    assert "new private repository" in words and "16 rows" in words
    assert "Nobody has looked for personal data" in words
    assert "everybody can read" in destination_of(workspace, nowhere, dataset, "acme/answers", public=True).in_words
    write_examination(workspace, dataset, Examination(16, [Finding(row, "personal_data", "Some.") for row in range(3)]))
    assert "personal data 3 times" in destination_of(workspace, nowhere, dataset, "acme/answers").in_words
    write_examination(workspace, dataset, Examination(16, []))
    assert "personal data" not in destination_of(workspace, nowhere, dataset, "acme/answers").in_words


@pytest.mark.parametrize("repo", ["", "answers", "a/b/c", "acme/..", "acme/my answers", "https://huggingface.co/acme/answers"])
def test_a_name_that_is_none_is_refused_before_anything_is_sent(workspace: Workspace, dataset: str, repo: str) -> None:
    with pytest.raises(BadInput, match="OWNER/NAME"):
        destination_of(workspace, Settings(), dataset, repo)


def test_one_that_exists_is_left_alone_unless_an_update_is_asked_for(hub: Hub, workspace: Workspace, dataset: str) -> None:
    settings = settings_for(hub)
    push(workspace, settings, destination_of(workspace, settings, dataset, "acme/answers"))
    with pytest.raises(BadInput, match=r"on the Hub already.*Nothing was uploaded.*update"):
        push(workspace, settings, destination_of(workspace, settings, dataset, "acme/answers"))
    assert len(hub.commits) == 1
    push(workspace, settings, destination_of(workspace, settings, dataset, "acme/answers", update=True, public=True))
    assert len(hub.commits) == 2 and hub.visibility["acme/answers"] == "private"


def test_every_refusal_is_a_sentence_that_says_what_to_do(hub: Hub, workspace: Workspace, dataset: str) -> None:
    def refused(token: str | None = TOKEN, repo: str = "acme/answers", *, update: bool = False, url: str = "") -> str:
        settings = Settings(hub_token=token, hub_url=url or hub.url)
        with pytest.raises(StudioError) as error:
            push(workspace, settings, destination_of(workspace, settings, dataset, repo, update=update))
        assert token is None or token not in error.value.message
        return error.value.message

    assert "HF_TOKEN" in refused(None)
    assert "does not accept the token" in refused("hf_wrong")
    assert "may not write to somebody" in refused(repo="somebody/answers")
    assert "There is no dataset acme/answers" in refused(update=True)
    assert "http://127.0.0.1:9 can't be reached" in refused(url="http://127.0.0.1:9")
    hub.failing["/create"] = 429
    assert "asks to wait" in refused()
    hub.failing["/create"] = 418
    assert "error 418" in refused()
    assert hub.files == {}


def test_when_the_upload_fails_the_empty_repository_is_named(hub: Hub, workspace: Workspace, dataset: str) -> None:
    hub.failing["/commit/"] = 403
    settings = settings_for(hub)
    with pytest.raises(StudioError, match="acme/answers was made and is empty: push again as an update"):
        push(workspace, settings, destination_of(workspace, settings, dataset, "acme/answers"))
    hub.failing.clear()
    push(workspace, settings, destination_of(workspace, settings, dataset, "acme/answers", update=True))
    assert len(hub.files["acme/answers"]) == 2


def test_offline_it_is_not_tried(hub: Hub, workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    settings = settings_for(hub)
    with pytest.raises(StudioError, match="HF_HUB_OFFLINE"):
        push(workspace, settings, destination_of(workspace, settings, dataset, "acme/answers"))
    assert hub.visibility == {}


def test_a_dataset_that_is_not_there_has_no_destination(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        destination_of(workspace, Settings(), "none", "acme/answers")
