"""How rows spread over labels, languages and lengths."""

from __future__ import annotations

import pytest

from studio.dataset.checks.examination import examine
from studio.dataset.checks.languages import language_of
from studio.dataset.checks.makeup import makeup_of
from studio.workspace.datasets import Row


def row(question: str, answer: str = "It is.", **labels: str) -> Row:
    return Row(
        messages=[{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="test", **labels
    )


def test_classes_are_counted_with_the_largest_the_smallest_and_their_ratio() -> None:
    rows = [row("a", intent="refund")] * 6 + [row("b", intent="late")] * 2 + [row("c")]
    balance = makeup_of(rows).balance
    assert set(balance) == {"intent"}, "labels that no row bears are left out"
    assert balance["intent"].to_json() == {
        "counts": {"refund": 6, "late": 2},
        "unlabelled": 1,
        "largest": ["refund", 6],
        "smallest": ["late", 2],
        "ratio": 3.0,
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How do I return the shoes?", "en"),
        ("Wie lange ist die Lieferzeit?", "de"),
        ("¿Puedo devolver la ropa?", "es"),
        ("Puis-je annuler ma commande avec vous ?", "fr"),
        ("Il pacco non è arrivato, come posso averlo?", "it"),
        ("Não consigo entrar com a minha senha", "pt"),
        ("Hoe kan ik mijn bestelling volgen?", "nl"),
        ("iPhone 15 的发票怎么开？", "zh"),
        ("領収書はどこですか", "ja"),
        ("환불은 언제 되나요", "ko"),
        ("Где мой заказ?", "ru"),
        ("E24 ???", "und"),
    ],
)
def test_a_language_is_told_by_its_script_or_its_smallest_words(text: str, code: str) -> None:
    assert language_of(text) == code


def test_languages_are_counted_by_row_the_commonest_first() -> None:
    rows = [row("Wo ist das Paket?", "Es ist in der Filiale."), row("Where is it?"), row("What is it?")]
    assert list(makeup_of(rows).languages.items()) == [("en", 2), ("de", 1)]


def test_lengths_are_in_characters_with_nearest_rank_quantiles() -> None:
    lengths = makeup_of([row("x" * n, "y") for n in range(1, 101)]).lengths
    assert lengths["question"].to_json() == {
        "shortest": 1,
        "mean": 50.5,
        "p5": 5,
        "p25": 25,
        "p50": 50,
        "p75": 75,
        "p95": 95,
        "p99": 99,
        "longest": 100,
    }
    assert lengths["conversation"].longest == 101


def test_an_examination_tells_the_makeup_beside_the_keys_that_it_always_had() -> None:
    told = examine([row("Where is it?", family="f")]).to_json()
    assert {"rows", "score", "problems", "balance", "languages", "lengths"} <= set(told)
    empty = examine([]).to_json()
    assert empty["languages"] == {} and empty["lengths"] == {} and empty["balance"] == {}
