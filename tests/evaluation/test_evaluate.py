"""The evaluation job on a small model: every item is answered, a kill loses no answer, a stop is honoured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from studio.errors import BadInput, NotFound
from studio.evaluation.requests import evaluation_spec, request_evaluation
from studio.evaluation.selection import spread
from studio.jobs.queue import JobQueue
from studio.scoring.items import load_question_set
from studio.workspace.layout import Workspace
from studio.workspace.reports import list_reports, read_report
from studio.workspace.runs import Run, RunState, create_run
from tests.conftest import EMBEDDED


@pytest.fixture
def tuned(tiny_workspace: Workspace, dataset: str) -> Run:
    """A training run that left an adapter."""
    run = create_run(tiny_workspace, {"job": "training.sft", "dataset": dataset, "model": EMBEDDED})
    model = AutoModelForCausalLM.from_pretrained(tiny_workspace.model(EMBEDDED))
    torch.manual_seed(2)
    get_peft_model(model, LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False)).save_pretrained(
        run.folder / "adapter"
    )
    return run


def ask(workspace: Workspace, tuned: Run, limit: int = 6):
    return evaluation_spec(
        workspace, question_set="high_frequency", models=["base", tuned.id], base_model=EMBEDDED, limit=limit
    ).model_copy(update={"max_new_tokens": 8, "batch_size": 4})


def test_both_models_answer_every_item(tiny_workspace: Workspace, tuned: Run) -> None:
    queue = JobQueue(tiny_workspace)
    run = request_evaluation(queue, ask(tiny_workspace, tuned))
    status = queue.wait(run)
    assert status.state is RunState.SUCCEEDED and status.result == {"report": run.id}
    report = read_report(tiny_workspace, run.id)
    assert [model["model"] for model in report["models"]] == ["base", tuned.id]
    assert all(model["items"] == 6 for model in report["models"])
    assert report["models"][0]["digest"] != report["models"][1]["digest"]
    assert report["decoding"]["temperature"] == 0.0
    assert list_reports(tiny_workspace) == [run.id]


def test_answers_that_were_given_are_not_asked_again(tiny_workspace: Workspace, tuned: Run) -> None:
    queue = JobQueue(tiny_workspace)
    spec = ask(tiny_workspace, tuned)
    run = create_run(tiny_workspace, spec.model_dump(mode="json"))
    first = load_question_set(Path(spec.question_set)).items[0]
    kept = {"model": "base", "item": first.id, "answer": first.answer, "error": None, "seconds": 1.0}
    (run.folder / "answers.jsonl").write_text(json.dumps(kept) + "\n" + '{"torn": ')
    queue.pump()
    queue.wait(run)
    results = {item["id"]: item["results"] for item in read_report(tiny_workspace, run.id)["items"]}
    assert results[first.id]["base"]["answer"] == first.answer
    assert results[first.id]["base"]["outcome"] == "passed"


def test_an_adapter_of_another_base_model_is_refused(tiny_workspace: Workspace, tuned: Run) -> None:
    with pytest.raises(NotFound, match="was trained on"):
        evaluation_spec(tiny_workspace, question_set="high_frequency", models=[tuned.id], base_model="qwen2-7b-instruct")


def test_what_does_not_exist_is_named_before_a_run_is_made(tiny_workspace: Workspace, tuned: Run) -> None:
    with pytest.raises(BadInput, match="high_frequency"):
        evaluation_spec(tiny_workspace, question_set="nothing", models=["base"], base_model=EMBEDDED)
    shutil.rmtree(tuned.folder / "adapter")
    with pytest.raises(NotFound, match="has no adapter"):
        evaluation_spec(tiny_workspace, question_set="high_frequency", models=[tuned.id], base_model=EMBEDDED)
    assert len(list(tiny_workspace.runs.iterdir())) == 1


def test_a_limit_takes_items_of_every_industry(workspace: Workspace) -> None:
    items = load_question_set(workspace.eval_sets / "high_frequency.jsonl").items
    some = spread(items, len(items) // 4)
    assert len(some) == len(items) // 4 and len({item.id for item in some}) == len(some)
    assert {item.industry for item in some} == {item.industry for item in items}
