"""What a dataset holds to prefer by, and what is said where it holds nothing."""

from __future__ import annotations

import pytest

from studio.errors import BadInput
from studio.training.preferring.judged import answers_of, count_judged, pairs_of, refuse_unjudged
from studio.workspace.datasets import QUESTIONS, Row, write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows
from tests.training.preferring.support import marked, pairs


def written(workspace: Workspace, rows: list[Row]) -> str:
    return write_dataset(workspace, rows, name="Votes", source="test").id


def test_pairs_marked_answers_and_others_are_told_apart() -> None:
    same = pairs(1)[0]
    same = Row(same.messages, "test", rejected=same.answer)
    found = count_judged([*pairs(3), *marked(2, 1), same, *make_rows(1, 2)])
    assert (found.pairs, found.good, found.bad, found.same, found.unjudged) == (3, 2, 1, 1, 2)
    assert found.usable("dpo") == 3 and found.usable("kto") == 9


def test_kto_takes_both_answers_of_a_pair_and_neither_of_two_that_are_the_same() -> None:
    rows = [*pairs(1), *marked(1, 1)]
    same = Row(rows[0].messages, "test", rejected=rows[0].answer)
    assert [good for _, _, good in answers_of([*rows, same])] == [True, False, True, False]
    assert [(better, worse) for _, better, worse in pairs_of([*rows, same])] == [(rows[0].answer, rows[0].rejected)]


def test_answers_that_nobody_judged_are_refused_with_the_way_to_judge_them(workspace: Workspace) -> None:
    plain = written(workspace, make_rows(2, 2))
    for method in ("dpo", "kto"):
        with pytest.raises(
            BadInput, match=r"^Votes holds answers that nobody has judged.*Export preferences.*Data page"
        ) as caught:
            refuse_unjudged(workspace, plain, method)  # type: ignore[arg-type]
        assert "start a training instead" in caught.value.message


def test_marked_answers_are_refused_for_dpo_and_good_for_kto(workspace: Workspace) -> None:
    dataset = written(workspace, marked())
    with pytest.raises(BadInput, match="Take the method kto"):
        refuse_unjudged(workspace, dataset, "dpo")
    assert refuse_unjudged(workspace, dataset, "kto").usable("kto") == 12


@pytest.mark.parametrize(("good", "bad", "only"), [(3, 0, "good"), (0, 3, "bad")])
def test_kto_needs_good_and_bad_answers(workspace: Workspace, good: int, bad: int, only: str) -> None:
    with pytest.raises(BadInput, match=f"only answers marked {only}"):
        refuse_unjudged(workspace, written(workspace, marked(good, bad)), "kto")


def test_a_list_of_questions_is_refused(workspace: Workspace) -> None:
    asked = [Row(row.messages[:1], row.source) for row in make_rows(2, 1)]
    dataset = write_dataset(workspace, asked, name="Asked", source="test", kind=QUESTIONS).id
    with pytest.raises(BadInput, match="questions without answers"):
        refuse_unjudged(workspace, dataset, "dpo")
