"""`tokens`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated

import typer
from rich.text import Text

from studio.chat.catalog import CatalogModel, find_model
from studio.cli.models import EMBEDDED, open_tokenizer
from studio.cli.output import errors, print_json, print_table, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.tokens.lengths import Lengths, dataset_lengths
from studio.dataset.tokens.view import Token, TokenView, find_row, row_tokens
from studio.workspace.datasets import read_manifest
from studio.workspace.layout import Workspace

_BETWEEN_REPORTS = 10_000  # rows


def tokens(
    dataset: Annotated[str, typer.Argument(help="Dataset id.")],
    row: Annotated[
        int | None, typer.Option(min=1, help="The row to show, counted from 1; without it, how long all rows are.")
    ] = None,
    model: Annotated[str, typer.Option(help="Base model.")] = EMBEDDED.name,
    max_length: Annotated[int, typer.Option(min=16, help="Tokens that a training takes of a row.")] = 512,
    json_: Json = False,
) -> None:
    """Show what the model will see: a row token by token, with what is learned and what is cut, or how long all rows are."""
    _, workspace, _ = open_workspace()
    chosen = find_model(model)
    read_manifest(workspace, dataset)
    tokenizer = open_tokenizer(workspace, chosen)
    if row is None:
        _show_lengths(_measured(workspace, dataset, chosen), chosen, max_length, json_=json_)
        return
    seen = row_tokens(tokenizer, find_row(workspace, dataset, row), max_length=max_length)
    if json_:
        print_json({"dataset": dataset, "row": row, "model": chosen.name, "max_length": max_length, **seen.to_json()})
        return
    if seen.judged_bad:
        results.print("Its answer was judged bad: a training leaves this row out.", highlight=False)
    _show_tokens(seen.chosen, f"Row {row:,} for {chosen.title}")
    if seen.rejected is not None:
        _show_tokens(seen.rejected, "With the worse answer, which is not learned")


def _measured(workspace: Workspace, dataset: str, model: CatalogModel) -> Lengths:
    def report(done: int) -> None:
        if done and done % _BETWEEN_REPORTS < 256:
            errors.print(f"{done:,} rows measured", highlight=False)

    return dataset_lengths(workspace, dataset, model, progress=report)


def _show_tokens(view: TokenView, title: str) -> None:
    """Learned stretches stand in brackets as well as in colour, for whoever sees none."""
    results.print(
        f"{title}: {view.total:,} tokens, {view.trained:,} learned, {view.cut:,} cut at {view.max_length:,}.", highlight=False
    )
    shown, marked = Text(), False
    for (learned, cut), stretch in groupby(view.tokens, key=lambda token: (token.trained, token.cut)):
        if cut and not marked:
            marked = True
            shown.append(f"\n──── cut here at {view.max_length:,} ────\n", style="bold red")
        shown.append("⟦" if learned else "", style="bold")
        for text, special in _texts(stretch):
            shown.append(text, style="dim reverse" if special else "cyan underline" if learned and not cut else "")
        shown.append("⟧" if learned else "", style="bold")
    results.print(shown, soft_wrap=True)


def _texts(tokens: Iterator[Token]) -> Iterator[tuple[str, bool]]:
    """The texts, of a split character the first part only."""
    return ((token.text, token.special) for token in tokens if token.part is None or token.part[0] == 1)


def _show_lengths(lengths: Lengths, model: CatalogModel, max_length: int, *, json_: bool) -> None:
    found = lengths.to_json(max_length)
    if json_:
        print_json({"model": model.name, **found})
        return
    size, learned = found["tokens"], found["trained_tokens"]
    results.print(
        f"{lengths.rows:,} rows for {model.title}: half have at most {size['median']:,} tokens, 95% at most {size['p95']:,}, "
        f"the longest has {size['max']:,}. {learned['sum']:,} of {size['sum']:,} tokens are learned.",
        highlight=False,
        soft_wrap=True,
    )
    rows = [[f"{cut.max_length:,}", f"{cut.cut:,}", f"{cut.share:.1%}", f"{cut.empty:,}"] for cut in lengths.ladder(max_length)]
    print_table("", ["max_length", "rows cut", "share", "nothing left to learn"], rows)
