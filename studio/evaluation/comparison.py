"""Run against run: the tuned models of two reports on the same questions, pairwise.

Two headline numbers of two reports can differ by luck alone; which items changed, and whether more were fixed than broken,
can be told only item by item, and only when both were asked the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.errors import BadInput
from studio.evaluation.statistics import mcnemar_p
from studio.workspace.reports import Report


@dataclass(frozen=True)
class RunComparison:
    """What changed from the earlier report's tuned model to the later one's, on the items that both answered.

    `fixed` and `broken` are item ids in the later report's order; `mcnemar_p` is exact and two-sided.
    """

    earlier: str
    later: str
    earlier_model: str
    later_model: str
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    both_passed: int
    both_failed: int
    mcnemar_p: float

    @property
    def items(self) -> int:
        """How many items both answered."""
        return len(self.fixed) + len(self.broken) + self.both_passed + self.both_failed

    @property
    def earlier_passed(self) -> int:
        """How many of them the earlier model got right."""
        return self.both_passed + len(self.broken)

    @property
    def later_passed(self) -> int:
        """How many of them the later model got right."""
        return self.both_passed + len(self.fixed)


def compare_reports(one: Report, other: Report) -> RunComparison:
    """Compare the tuned models of two reports, the earlier report first whatever the order given.

    Raises:
        BadInput: they are the same report, asked different questions, share no item, or one has no tuned model.
    """
    earlier, later = sorted((one, other), key=lambda report: (report["created"], report["id"]))
    _check_comparable(earlier, later)
    before, after = tuned_model(earlier), tuned_model(later)
    passed_before, passed_after = _outcomes(earlier, before), _outcomes(later, after)
    shared = [item for item in passed_after if item in passed_before]
    if not shared:
        raise BadInput(
            f"Reports {earlier['id']} and {later['id']} have no item in common. Evaluate both on the whole question set."
        )
    fixed = tuple(item for item in shared if passed_after[item] and not passed_before[item])
    broken = tuple(item for item in shared if passed_before[item] and not passed_after[item])
    both_passed = sum(passed_before[item] and passed_after[item] for item in shared)
    return RunComparison(
        earlier=earlier["id"],
        later=later["id"],
        earlier_model=before,
        later_model=after,
        fixed=fixed,
        broken=broken,
        both_passed=both_passed,
        both_failed=len(shared) - len(fixed) - len(broken) - both_passed,
        mcnemar_p=mcnemar_p(len(fixed), len(broken)),
    )


def tuned_model(report: Report) -> str:
    """The name of the report's first tuned model: the one that its own comparison is about.

    Raises:
        BadInput: it has none.
    """
    for model in report["models"]:
        if model["role"] == "tuned":
            return model["model"]
    raise BadInput(f"Report {report['id']} measured no tuned model, so there is no run to compare. Evaluate one.")


def _check_comparable(earlier: Report, later: Report) -> None:
    if earlier["id"] == later["id"]:
        raise BadInput("A report can't be compared with itself. Choose another one.")
    before, after = earlier["question_set"], later["question_set"]
    if before["fingerprint"] != after["fingerprint"]:
        raise BadInput(
            f"Reports {earlier['id']} ({before['name']}) and {later['id']} ({after['name']}) asked different questions, so their "
            "numbers can't be compared. Evaluate both models on the same question set."
        )


def _outcomes(report: Report, model: str) -> dict[str, bool]:
    """Whether the model passed, by item id. Errored counts as wrong."""
    return {item["id"]: item["results"][model]["outcome"] == "passed" for item in report["items"] if model in item["results"]}
