"""`chat`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from studio.chat.messages import ChatModel, Decoding, Request
from studio.chat.pool import ModelPool
from studio.cli.output import errors, print_json
from studio.cli.workspace import Json, open_workspace
from studio.workspace.adapters import find_tuned


def chat(
    model: Annotated[str, typer.Option(help="`base`, or the id of a training run.")] = "base",
    base_model: Annotated[str | None, typer.Option(help="Base model by catalog name, or an endpoint as URL#MODEL.")] = None,
    ask: Annotated[str | None, typer.Option(help="Ask this one question and end.")] = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, max=2048, help="Longest answer, in tokens.")] = 160,
    json_: Json = False,
) -> None:
    """Talk to the base or a tuned model; answers stream. An empty line ends the conversation."""
    settings, workspace, _ = open_workspace()
    adapter, base = None, base_model or settings.model
    if model != "base":
        tuned = find_tuned(workspace, model)
        adapter, base = tuned.adapter, tuned.base_model
    engine = ModelPool(workspace).get(base, announce=lambda text: errors.print(f"{text} ...", style="dim"))
    decoding = Decoding(max_new_tokens=max_new_tokens)
    if ask is not None:
        answer = _answer(engine, Request([{"role": "user", "content": ask}], adapter), decoding, show=not json_)
        if json_:
            print_json({"model": model, "question": ask, "answer": answer})
        return
    _converse(engine, adapter, decoding)


def _converse(engine: ChatModel, adapter: str | None, decoding: Decoding) -> None:
    messages: list[dict[str, str]] = []
    while True:
        try:
            errors.print("you> ", end="", style="bold")
            question = input().strip()
        except EOFError:
            return
        if not question:
            return
        messages.append({"role": "user", "content": question})
        messages.append({"role": "assistant", "content": _answer(engine, Request(messages, adapter), decoding, show=True)})


def _answer(engine: ChatModel, request: Request, decoding: Decoding, *, show: bool) -> str:
    answer = ""
    for (delta,) in engine.stream([request], decoding):
        answer += delta.text
        if show:
            sys.stdout.write(delta.text)
            sys.stdout.flush()
    if show:
        sys.stdout.write("\n")
    return answer.strip()
