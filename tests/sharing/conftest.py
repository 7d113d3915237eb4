from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from studio.settings import Settings
from studio.workspace.clock import now
from studio.workspace.database import Database
from studio.workspace.layout import Workspace
from studio.workspace.reports import (
    EVALUATION_JOB,
    Comparison,
    IndustryScore,
    ItemResult,
    ModelScore,
    QuestionSetInfo,
    Report,
    ReportItem,
    Score,
    write_report,
)
from studio.workspace.runs import create_run

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> Refunds take 7 working days.'

# id, industry, question, reference, points missed by base, base's answer, points missed by tuned, tuned's answer
ITEMS: list[tuple[str, str, str, str, list[str], str, list[str], str]] = [
    ("airline-01a", "airline", "My flight was cancelled. Do I get my money back?",
     "Yes. A full refund reaches you within 7 working days.", ["full refund", "within 7 working days"],
     "We are sorry to hear that. Please visit our website for details.", [],
     "I am sorry your flight was cancelled. You get a full refund within 7 working days."),
    ("airline-01b", "airline", "flight LH 204 got cancelled, refund??", "Yes. A full refund reaches you within 7 working days.",
     ["within 7 working days"], "You can request a full refund from your booking.", [],
     "Yes, you get a full refund. It reaches your card within 7 working days."),
    ("airline-02a", "airline", "How much is a second checked bag?", "A second bag of up to 23 kg costs 25 USD.", [],
     "A second bag costs 25 USD if it weighs at most 23 kg.", [], "A second checked bag, up to 23 kg, is 25 USD."),
    ("airline-03a", "airline", "Can I change the name on my ticket?", "Up to three letters can be corrected free of charge.",
     ["three letters"], "Tickets are personal and can't be changed.", ["free of charge"],
     "Yes, we can correct up to three letters of the name."),
    ("banking-01a", "banking", "I lost my card. What now?", "Block it in the app at once; a new card arrives in 5 working days.",
     ["block it in the app"], "Oh no! Have you looked under the sofa?", [],
     "Block it in the app right away, under Cards. A new card reaches you in 5 working days."),
    ("banking-01b", "banking", "Card stolen, someone is paying with it", "Block it in the app; we hand you to a person.",
     ["block it in the app"], HOSTILE, ["hand over to a person"], "Block it in the app at once: Cards, then Block card."),
    ("banking-02a", "banking", "What does a transfer abroad cost?", "0.5%, at least 2 EUR.", [],
     "It is 0.5% of the amount, at least 2 EUR.",
     ["at least 2 EUR"], "A transfer abroad costs 0.5% of the amount."),
    ("banking-03a", "banking", "When is my statement ready?", "On the 3rd of each month.", ["3rd of the month"],
     "Statements are issued regularly.", [], "Your statement is ready on the 3rd of each month."),
    ("telecom-01a", "telecom", "How do I cancel my contract?", "In writing, one month before it ends.", ["one month"],
     "You may cancel in writing.", [], "Write to us one month before the contract ends."),
    ("telecom-01b", "telecom", "need out of my contract asap", "In writing, one month before it ends.",
     ["in writing", "one month"],
     "Mail ann.lee@example.com or call +49 30 1234567.", [], "You can cancel in writing, one month before it ends."),
    ("telecom-02a", "telecom", "Is roaming free in Spain?", "Yes, in the whole EU, since 2026-10-12.", [],
     "Yes. Roaming is free in the EU since 2026-10-12.", [], "Yes, roaming is free in all of the EU since 2026-10-12."),
    ("telecom-03a", "telecom", "My router blinks red", "Unplug it for 30 seconds.", ["30 seconds"], "", [],
     "Unplug the router for 30 seconds, then wait until the light is green."),
]  # fmt: skip


def wilson(passed: int, items: int) -> Score:
    z = 1.959963984540054
    share = passed / items
    centre = (share + z * z / (2 * items)) / (1 + z * z / items)
    half = z / (1 + z * z / items) * math.sqrt(share * (1 - share) / items + z * z / (4 * items * items))
    return Score(passed=passed, items=items, accuracy=share, wilson=[max(0.0, centre - half), min(1.0, centre + half)])


def result(answer: str, missed: list[str]) -> ItemResult:
    outcome = "errored" if not answer else "failed" if missed else "passed"
    reason = {
        "errored": "RuntimeError: /home/ann/models/qwen/model.safetensors could not be read.",
        "failed": f"{len(missed)} of the points are missing.",
        "passed": "Every point is stated.",
    }[outcome]
    return ItemResult(
        answer=answer, outcome=outcome, missed=missed, claimed=[], handover_wrong="hand over" in " ".join(missed), reason=reason
    )


def model_score(items: list[ReportItem], model: str, role: str) -> ModelScore:
    outcomes = Counter(item["results"][model]["outcome"] for item in items)
    industries = sorted({item["industry"] for item in items})
    overall = wilson(outcomes["passed"], len(items))
    by_industry = []
    for industry in industries:
        mine = [item["results"][model]["outcome"] == "passed" for item in items if item["industry"] == industry]
        by_industry.append(IndustryScore(industry=industry, **wilson(sum(mine), len(mine))))
    return ModelScore(
        **overall, model=model, role=role, base_model="/srv/models/SmolLM2-135M-Instruct",
        digest="sha256:" + ("ab12" if role == "base" else "cd34") * 16,
        failed=outcomes["failed"], errored=outcomes["errored"], weighted_accuracy=overall["accuracy"] - 0.02,
        family_bootstrap=[overall["wilson"][0] - 0.05, min(1.0, overall["wilson"][1] + 0.01)], by_industry=by_industry,
        mean_answer_words=14.2, seconds=31.0,
    )  # fmt: skip


@pytest.fixture
def report() -> Report:
    """Two models, twelve items, three industries; one hostile answer, one with personal data, one error."""
    items = [
        ReportItem(
            id=item_id, family=item_id[:-1], industry=industry, intent="support", question=question, reference=reference,
            severity="medium", weight=0.0042,
            results={"base": result(base, base_missed), "sft-20261012-101500-ab12": result(tuned, tuned_missed)},
        )
        for item_id, industry, question, reference, base_missed, base, tuned_missed, tuned in ITEMS
    ]  # fmt: skip
    tuned = "sft-20261012-101500-ab12"
    passed = {name: {item["id"] for item in items if item["results"][name]["outcome"] == "passed"} for name in ("base", tuned)}
    fixed, broken = sorted(passed[tuned] - passed["base"]), sorted(passed["base"] - passed[tuned])
    n = len(fixed) + len(broken)
    p = min(1.0, 2 * sum(math.comb(n, k) for k in range(min(len(fixed), len(broken)) + 1)) / 2**n)
    return Report(
        schema=1,
        id="evaluate-20261012-111500-cd34",
        created="2026-10-12T11:15:00.000+00:00",
        question_set=QuestionSetInfo(name="high_frequency", fingerprint="f" * 64, items=len(items)),
        decoding={"do_sample": False, "max_new_tokens": 256, "template": "/home/ann/templates/chat.jinja"},
        models=[model_score(items, "base", "base"), model_score(items, tuned, "tuned")],
        floors={"empty": 0, "refusal": 0, "contact support": 0, "echo": 1},
        comparison=Comparison(
            base="base", tuned=tuned, fixed=fixed, broken=broken, both_passed=len(passed["base"] & passed[tuned]),
            both_failed=len(items) - len(passed["base"] | passed[tuned]), mcnemar_p=p,
        ),
        items=items,
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.from_settings(Settings(home=tmp_path))


@pytest.fixture
def database(workspace: Workspace) -> Database:
    return Database(workspace)


@pytest.fixture
def stored_report(workspace: Workspace, report: Report) -> Report:
    """The report, lying in the folder of the run that made it."""
    run = create_run(workspace, {"job": EVALUATION_JOB})
    stored: Report = {**report, "id": run.id, "created": now().isoformat()}
    write_report(workspace, stored)
    return stored
