"""In public mode a visitor may read, chat and vote, and nothing else: the raw endpoints are called, as an attacker would."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.dataset.checks.examination import WEIGHTS
from studio.dataset.import_spec import IMPORT_JOB
from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.training.exporting.spec import EXPORT_JOB
from studio.ui.access import OPERATOR_COOKIE, operator_cookie
from studio.workspace.datasets import list_datasets, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run, list_runs
from tests.server import running_app
from tests.support import make_rows

KEY = "an-operator-key-for-tests"
REFUSED = "Only an operator may"
OPERATOR_ONLY = (
    "train_start",
    "train_prefer_start",
    "train_check",
    "train_evaluate",
    "train_stop_keep",
    "train_stop_discard",
    "train_resume",
    "train_settings_save",
    "train_settings_load",
    "train_settings_export",
    "train_settings_delete",
    "train_settings_restore",
    "train_queue_first",
    "train_queue_up",
    "train_queue_down",
    "train_queue_cancel",
    "train_write",
    "train_delete",
    "train_restore",
    "train_export_describe",
    "train_export_start",
    "train_export_look",
    "train_export_cancel",
    "data_import",
    "data_import_samples",
    "data_import_questions",
    "data_import_look",
    "data_import_cancel",
    "data_import_again",
    "data_answers_sheet",
    "data_answers_read",
    "data_answers_make",
    "data_preview",
    "data_preview_question",
    "data_preview_answer",
    "data_checks_examine",
    "data_checks_undo",
    "data_checks_reset",
    "data_checks_save",
    *(f"data_checks_fix_{kind}" for kind in WEIGHTS),
    "data_delete",
    "data_restore",
    "data_export",
    "identity_preview",
    "identity_save",
    "identity_export",
    "data_tokens_prepare",
    "data_notes",
    "data_push",
    "data_push_where",
    "data_mix",
    "data_split",
    "data_split_counts",
    "share_make",
    "share_revoke",
    "arena_export",
    "dashboard_evaluate",
    "manuals_start",
    "manuals_follow",
    "manuals_stop",
    "manuals_resume",
    "manuals_filter",
    "manuals_turn",
    "manuals_approved_card1",
    "manuals_dropped_card1",
    "manuals_undecided_card1",
    "manuals_edit_card1",
    "manuals_approve_shown",
    "manuals_undo",
    "manuals_export",
    "manuals_make",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("public")
    write_dataset(Workspace.from_settings(Settings(home=home)), make_rows(), name="small", source="test")
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with running_app(home, STUDIO_PUBLIC="1", STUDIO_OPERATOR_KEY=KEY) as url:
        yield url


@pytest.fixture(scope="module")
def config(url: str) -> dict[str, Any]:
    """The dependencies of every page, by api name."""
    found: dict[str, Any] = {}
    for page in ("", "data", "identity", "manuals", "train", "arena", "dashboard", "share"):
        for dependency in httpx.get(f"{url}/config", params={"page": page}, timeout=30).json()["dependencies"]:
            found[str(dependency["api_name"])] = dependency
    return found


def call(url: str, dependency: dict[str, Any], *, cookie: str | None = None, origin: str | None = None) -> tuple[int, str]:
    """POST to the queue as Gradio's client does, with empty input; the status and everything that came back."""
    cookies = {OPERATOR_COOKIE: cookie} if cookie else {}
    headers = {"Origin": origin} if origin else {}
    session = "test-session"
    with httpx.Client(base_url=url, cookies=cookies, headers=headers, timeout=60) as client:
        body = {"data": [None] * len(dependency["inputs"]), "fn_index": dependency["id"], "session_hash": session}
        joined = client.post("/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return joined.status_code, joined.text
        received = ""
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                received += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
        return 200, received


def test_every_operator_endpoint_exists_under_its_name(config: dict[str, Any]) -> None:
    assert set(OPERATOR_ONLY) <= set(config)


@pytest.mark.parametrize("name", OPERATOR_ONLY)
def test_a_visitor_is_refused_by_the_server(url: str, config: dict[str, Any], home: Path, name: str) -> None:
    workspace = Workspace.from_settings(Settings(home=home))
    status, received = call(url, config[name])
    assert status == 200
    assert '"success":false' in received.replace(" ", ""), received
    assert "Traceback" not in received
    assert list_runs(workspace) == [] and len(list_datasets(workspace)) == 1


@pytest.mark.parametrize("name", ["train_start", "data_import_samples", "arena_export"])
def test_the_refusal_says_who_may(url: str, config: dict[str, Any], name: str) -> None:
    dependency = {**config[name], "inputs": config[name]["inputs"]}
    assert REFUSED in call(url, dependency)[1] or "not in the list of choices" in call(url, dependency)[1]


def test_the_operator_with_the_cookie_may(url: str, config: dict[str, Any], home: Path) -> None:
    _, received = call(url, config["data_import_samples"], cookie=operator_cookie(KEY))
    assert REFUSED not in received and '"success":true' in received.replace(" ", "")
    workspace = Workspace.from_settings(Settings(home=home))
    (run,) = list_runs(workspace, IMPORT_JOB)
    assert JobQueue(workspace).wait(run).state is RunState.SUCCEEDED
    assert len(list_datasets(workspace)) == 2


def test_another_site_can_not_use_a_signed_in_browser(url: str, config: dict[str, Any]) -> None:
    dependency = config["data_import_samples"]
    assert call(url, dependency, cookie=operator_cookie(KEY), origin="https://evil.example")[0] == 403


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc", "/monitoring", "/monitoring/summary"])
def test_nothing_describes_or_monitors_the_server(url: str, path: str) -> None:
    answer = httpx.get(url + path, timeout=30)
    assert answer.status_code in {401, 403, 404} or ("swagger" not in answer.text.lower() and "success_rate" not in answer.text)


@pytest.mark.parametrize("token", ["wrong", "A" * 22, "../../etc/passwd", "x" * 5000])
def test_every_dead_share_token_is_the_same_404(url: str, token: str) -> None:
    answer = httpx.get(f"{url}/s/{token}", timeout=30)
    assert answer.status_code == 404
    if "/" not in token:
        assert answer.text == httpx.get(f"{url}/s/another", timeout=30).text


def test_a_file_outside_the_workspace_is_not_served(url: str) -> None:
    for path in ("/gradio_api/file=/etc/passwd", "/gradio_api/file=../../studio.db", f"/gradio_api/file={Path(__file__)}"):
        assert httpx.get(url + path, timeout=30).status_code in {403, 404}


def test_each_pages_events_name_only_its_own_components(url: str) -> None:
    for page in ("", "data", "identity", "manuals", "train", "arena", "dashboard", "share"):
        config = httpx.get(f"{url}/config", params={"page": page}, timeout=30).json()
        own = {component["id"] for component in config["components"]}
        for dependency in config["dependencies"]:
            targets = {target for target, event in dependency["targets"] if target and event != "load"}  # a page loads itself
            used = {*dependency["inputs"], *dependency["outputs"], *targets}
            assert used <= own, (page, dependency["api_name"], json.dumps(sorted(used - own)))


def test_api_names_are_unique(url: str) -> None:
    names: list[str] = []
    for page in ("", "data", "identity", "manuals", "train", "arena", "dashboard", "share"):
        config = httpx.get(f"{url}/config", params={"page": page}, timeout=30).json()
        names += [str(dependency["api_name"]) for dependency in config["dependencies"]]
    assert not [
        name for name in names if name.startswith("false") or (name.rsplit("_", 1)[-1] in {"1", "2"} and "example" not in name)
    ]


def test_an_export_is_handed_out_to_the_operator_only(url: str, home: Path) -> None:
    workspace = Workspace.from_settings(Settings(home=home))
    run = create_run(workspace, {"job": EXPORT_JOB, "model": "mine", "form": "adapter"})
    (run.folder / "export").mkdir()
    (run.folder / "export" / "README.md").write_text("# Mine")
    (run.folder / "export.json").write_text("{}")
    address = f"{url}/exports/{run.id}.zip"
    refused = httpx.get(address, timeout=30)
    assert refused.status_code == 403 and REFUSED in refused.text
    given = httpx.get(address, cookies={OPERATOR_COOKIE: operator_cookie(KEY)}, timeout=30)
    assert given.status_code == 200 and 'filename="mine-adapter.zip"' in given.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        assert archive.read("mine-adapter/README.md") == b"# Mine"
    for wrong in ("export-1", "..%2F..%2Fstudio", list_runs(workspace)[-1].id):
        answer = httpx.get(f"{url}/exports/{wrong}.zip", cookies={OPERATOR_COOKIE: operator_cookie(KEY)}, timeout=30)
        assert answer.status_code in {404, 405} or wrong == run.id
