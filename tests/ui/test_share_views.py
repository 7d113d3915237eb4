"""What the Share page says about a report, a new link and the links that were made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from studio.sharing.links import CreatedLink, LinkInfo, LinkState
from studio.sharing.snapshots import make_snapshot
from studio.ui.views import share as view
from studio.workspace.reports import SCHEMA, Comparison, ItemResult, ModelScore, Report, ReportItem

MADE = datetime(2026, 10, 12, 9, 30, tzinfo=UTC)
LINK = LinkInfo(
    token_hash="a" * 64, hint="Ab<", report="evaluate-1", title="For <b>Ann</b>", snapshot="d" * 64, created=MADE,
    expires=MADE + timedelta(days=7), revoked=None, opened=0, last_opened=None, state=LinkState.OPEN,
)  # fmt: skip


def model(role: str, passed: int) -> ModelScore:
    return ModelScore(
        passed=passed, items=2, accuracy=passed / 2, wilson=[0.09, 0.91], model="base" if role == "base" else "sft-secret-run",
        role=role, base_model="/srv/models/smollm2", digest="sha256:ab", failed=2 - passed, errored=0, weighted_accuracy=0.5,
        family_bootstrap=[0.0, 1.0], by_industry=[], mean_answer_words=5.0, seconds=1.0,
    )  # fmt: skip


def answered(answer: str, outcome: str) -> ItemResult:
    return ItemResult(answer=answer, outcome=outcome, missed=[], claimed=[], handover_wrong=False, reason="")


def item(name: str, base: str, tuned: str) -> ReportItem:
    results = {"base": answered("Mail ann.lee@example.com.", base), "sft-secret-run": answered("Within 7 days.", tuned)}
    return ReportItem(
        id=name, family=name, industry="shop", intent="refund", question="When?", reference="Within 7 days.", severity="low", weight=None,
        results=results,
    )  # fmt: skip


@pytest.fixture
def report() -> Report:
    return Report(
        schema=SCHEMA, id="evaluate-1", created=MADE.isoformat(),
        question_set={"name": "high_frequency", "fingerprint": "f" * 64, "items": 2}, decoding={},
        models=[model("base", 1), model("tuned", 2)], floors={},
        comparison=Comparison(base="base", tuned="sft-secret-run", fixed=["b"], broken=[], both_passed=1, both_failed=0, mcnemar_p=1.0),
        items=[item("a", "passed", "passed"), item("b", "failed", "passed")],
    )  # fmt: skip


def test_a_report_is_chosen_by_its_questions_scores_and_time(report: Report) -> None:
    choice = view.report_choice(report)
    assert choice == "high_frequency: base 1/2 = 50.0%, tuned 2/2 = 100.0% (12 Oct 2026, 09:30 UTC)"


def test_the_preview_tells_the_headline_what_is_replaced_and_the_size(report: Report) -> None:
    shown = view.preview_html(make_snapshot(report, "For <b>Ann</b>"), "evaluate-1")
    assert "For &lt;b&gt;Ann&lt;/b&gt;" in shown
    assert "1/2 = 50.0%" in shown
    assert "2/2 = 100.0%" in shown
    assert "Replaced before it is shared: 2 e-mail addresses." in shown
    assert "2 items" in shown
    assert "kB as data" in shown
    assert 'href="dashboard?report=evaluate-1"' in shown
    assert "sft-secret-run" not in shown
    assert "ann.lee" not in shown


def test_a_preview_without_personal_data_says_so(report: Report) -> None:
    report["items"] = [{**entry, "results": {}} for entry in report["items"]]
    assert "nothing is replaced" in view.preview_html(make_snapshot(report), "evaluate-1")


def test_the_page_is_framed_where_it_can_run_nothing() -> None:
    framed = view.frame_html('<p title="x">"Hi" & bye</p><script>alert(1)</script>')
    assert 'sandbox=""' in framed
    assert "<script>" not in framed
    assert framed.count('"></iframe>') == 1


@pytest.mark.parametrize(("choice", "days"), [("1", 1), ("30", 30), ("90", 90), ("never", None), ("3650", 1), ("", 1), (None, 1)])
def test_an_expiry_is_one_of_those_offered_or_the_shortest(choice: str | None, days: int | None) -> None:
    assert view.lifetime(choice) == days


@pytest.mark.parametrize("local", [True, False])
def test_a_new_link_is_shown_with_its_end_and_a_warning_where_only_this_machine_opens_it(report: Report, local: bool) -> None:
    url = "http://127.0.0.1:7860/s/token" if local else "https://studio.example/s/token"
    shown = view.made_html(CreatedLink(url, "token", "a" * 64, MADE, make_snapshot(report)))
    assert f'href="{url}"' in shown
    assert "12 Oct 2026, 09:30 UTC" in shown
    assert "can't be shown again" in shown
    assert ("this machine only" in shown) == local
    assert "until you revoke it" in view.made_html(CreatedLink(url, "token", "a" * 64, None, make_snapshot(report)))


def test_no_links_say_so() -> None:
    assert "no link yet" in view.links_html([])


def test_only_a_link_that_opens_can_be_revoked_and_the_others_are_folded() -> None:
    links = [LINK, replace(LINK, state=LinkState.EXPIRED), replace(LINK, state=LinkState.REVOKED, token_hash="b" * 64)]
    shown = view.links_html(links)
    assert shown.count("data-revoke=") == 1
    assert f'data-revoke="{LINK.token_hash}"' in shown
    assert shown.index("2 that open no more") < shown.index("Expired") < shown.index("Revoked<")
    assert 'class="passed"' in shown[: shown.index("<details><summary>2 that")]


def test_a_link_shows_its_hint_and_how_often_it_was_opened() -> None:
    opened = replace(LINK, opened=2, last_opened=MADE + timedelta(hours=1), expires=None)
    shown = view.links_html([opened])
    assert "2 times, last 12 Oct 2026, 10:30 UTC" in shown
    assert "<td>never</td>" in shown
    assert "begins with Ab&lt;…" in shown
    assert "For &lt;b&gt;Ann&lt;/b&gt;" in shown
    assert "not yet" in view.links_html([LINK])


def test_without_a_report_the_way_to_one_is_offered() -> None:
    assert 'href="dashboard"' in view.empty_html()
