"""A comparison can be taken away as files, by whoever may read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from studio.training.settings.spec import TrainSpec
from studio.ui.compare_files import Comparisons
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run


@pytest.fixture
def ids(workspace: Workspace) -> str:
    runs = [create_run(workspace, TrainSpec(dataset="d", lora_rank=rank).model_dump()) for rank in (8, 16)]
    for run in runs:
        run.append_event("metric", step=1, loss=2.0)
        run.write_status(replace(run.recorded, state=RunState.SUCCEEDED))
    return ",".join(run.id for run in runs)


@pytest.fixture
def client(workspace: Workspace) -> Any:
    return TestClient(Starlette(routes=Comparisons(workspace).routes()), follow_redirects=False)


@pytest.mark.parametrize(
    ("address", "media_type", "words"),
    [("csv", "text/csv", "1,2.0,2.0"), ("svg", "image/svg+xml", "<svg"), ("table.csv", "text/csv", "lora_rank,8,16")],
)
def test_each_file_comes_under_a_name(client: Any, ids: str, address: str, media_type: str, words: str) -> None:
    answer = client.get(f"/compare.{address}?runs={ids}&curve=loss")
    assert answer.status_code == 200 and words in answer.text
    assert answer.headers["content-type"].startswith(media_type) and "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [("", 400, "not 1"), ("runs=a,b", 404, "no run 'a'"), ("runs={ids}&curve=nonsense", 400, "Measured: loss"), ("runs=../x,b", 400, "no name")],
)  # fmt: skip
def test_what_can_not_be_compared_is_one_sentence(client: Any, ids: str, query: str, status: int, words: str) -> None:
    answer = client.get(f"/compare.csv?{query.format(ids=ids)}")
    assert answer.status_code == status and words in answer.text


def test_the_short_address_leads_to_the_page(client: Any, ids: str) -> None:
    answer = client.get(f"/compare?runs={ids}&curve=loss")
    assert answer.status_code == 307 and answer.headers["location"] == f"train?compare={ids}&curve=loss"
