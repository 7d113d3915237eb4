"""`python -m studio COMMAND`: the commands, and how errors become exit codes (0 done, 1 failed, 2 wrong input, 3 below the threshold)."""

from __future__ import annotations

import logging
import sys

import typer

from studio.cli import (
    checking,
    comparing,
    data,
    datasets,
    distilling,
    estimating,
    evaluating,
    exporting,
    identity,
    listing,
    preferring,
    presets,
    queueing,
    serving,
    sharing,
    talking,
    tokens,
    training,
)
from studio.cli.output import errors
from studio.errors import StudioError

app = typer.Typer(
    name="studio",
    help="Tune a small open model on your support answers, and know how often it is right.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("import")(data.import_)
app.command("label")(data.label_)
app.command("check")(checking.check)
app.command("tokens")(tokens.tokens)
app.command("check-leakage")(data.check_leakage)
app.command("identity")(identity.identity)
app.command("distill")(distilling.distill)
app.command("datasets")(datasets.datasets)
app.command("mix")(datasets.mix)
app.command("split")(datasets.split)
app.command("export")(datasets.export)
app.command("push")(datasets.push)
app.command("presets")(presets.presets)
app.command("estimate")(estimating.estimate)
app.command("train")(training.train)
app.command("prefer")(preferring.prefer)
app.command("export-model")(exporting.export_model)
app.command("import-model")(exporting.import_model)
app.command("chat")(talking.chat)
app.command("eval")(evaluating.evaluate)
app.command("share")(sharing.share)
app.command("compare")(comparing.compare)
app.command("runs")(listing.runs)
app.command("queue")(queueing.queue)
app.command("note")(listing.note)
app.command("models")(listing.models)
app.command("serve")(serving.serve)
app.command("demo")(serving.demo)


def main() -> None:
    """Run the command; a `StudioError` becomes one line and its exit code, anything unforeseen one line and a log."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except StudioError as error:
        errors.print(error.message, style="red", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        logging.getLogger("studio").debug("unforeseen", exc_info=True)
        errors.print(f"Unexpected {type(error).__name__}: {error}", style="red", highlight=False, soft_wrap=True)
        sys.exit(1)
