"""The main job, from nothing to a shared link: import, train, evaluate base and tuned, share, and serve it all.

What is done is written down in the workspace after each step, so that a demo that was killed and started again goes on: it
attaches to a run that is still at work, resumes one that was killed, and repeats nothing that is done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from studio.chat.catalog import find_model, prepare_model
from studio.cli.output import duration, errors, follow, print_table
from studio.dataset.importing.registry import import_registry
from studio.errors import JobFailed
from studio.evaluation.requests import evaluation_spec, request_evaluation
from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.sharing.links import ShareLinks
from studio.training.requests import request_training, training_spec
from studio.workspace.database import Database
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.reports import Report, read_report
from studio.workspace.runs import Run, RunState, find_run

_QUESTION_SET = "high_frequency"
_SHARE_DAYS = 30


@dataclass(frozen=True)
class Recipe:
    """A demo: which preset trains, and on the data and questions of which industries (none named: all of them)."""

    name: str
    preset: str
    industries: tuple[str, ...]
    sentence: str


FULL = Recipe(
    "full",
    "cpu-demo",
    (),
    "This is the full demo: the sample data of all fourteen industries, about a quarter of an hour of training on two cores.",
)
QUICK = Recipe(
    "quick",
    "cpu-quick",
    ("airline", "ecommerce"),
    "This is the QUICK demo: a few minutes, and two of the industries. The full one (`make demo`) takes all fourteen, and more time.",
)


@dataclass(frozen=True)
class Done:
    """What the demo has done so far."""

    dataset: str | None = None
    training: str | None = None
    evaluation: str | None = None
    link: str | None = None  # the link's hash; the link itself is never kept


def run_demo(settings: Settings, *, quick: bool, serve: bool) -> dict[str, Any]:
    """Run or resume the demo; returns the report's headline and the share link. With `serve`, returns when interrupted.

    Raises:
        JobFailed: the training or the evaluation ended without its result.
    """
    recipe = QUICK if quick else FULL
    errors.print(f"{recipe.sentence}\n", highlight=False)
    workspace = Workspace.from_settings(settings)
    if serve:
        _serve(settings)
    demo = Demo(settings, workspace, JobQueue(workspace), recipe)
    dataset = demo.step(1, "import the sample data", demo.import_samples)
    run = demo.step(2, "fine-tune the embedded model", lambda: demo.train(dataset))
    report = demo.step(3, "evaluate base and tuned", lambda: demo.evaluate(run))
    url = demo.step(4, "share the report", lambda: demo.share(report))
    _print_result(recipe, run, report, url)
    if serve:
        errors.print(f"\nThe studio is running on {settings.base_url} (Ctrl-C ends it).", highlight=False)
        _wait_forever()
    return {"report": report["id"], "run": run.id, "url": url, "quick": quick}


@dataclass
class Demo:
    """One demo in one workspace. Each step first looks whether it is done."""

    settings: Settings
    workspace: Workspace
    queue: JobQueue
    recipe: Recipe

    def step(self, number: int, words: str, action: Callable[[], Any]) -> Any:
        """Announce a step, do it, and say how long it took."""
        errors.print(f"[bold]{number} of 4[/bold]  {words}", highlight=False)
        started = time.monotonic()
        result = action()
        errors.print(f"        done in {duration(time.monotonic() - started)}", style="dim", highlight=False)
        return result

    def import_samples(self) -> str:
        """The sample data as a dataset; and the model unpacked, so that the pages can use it."""
        prepare_model(
            self.workspace, find_model(self.settings.model), announce=lambda text: errors.print(f"        {text}", style="dim")
        )
        entries = [name for industry in self.recipe.industries for name in (industry, f"{industry}_chats")]
        name = f"sample support answers ({len(self.recipe.industries)} industries)" if entries else "sample support answers"
        registry = self.workspace.samples / "dataset_info.json"
        dataset = import_registry(self.workspace, registry, entries or None, name=name).dataset.id
        self._remember(dataset=dataset)
        return dataset

    def train(self, dataset: str) -> Run:
        """The training run, finished."""

        def ask() -> Run:
            return request_training(
                self.queue, training_spec(self.workspace, dataset=dataset, preset=self.recipe.preset, changes={})
            )

        return self._finish("training", {"dataset": dataset}, ask, "        training")

    def evaluate(self, tuned: Run) -> Report:
        """The report of base and tuned model."""

        def ask() -> Run:
            spec = evaluation_spec(
                self.workspace,
                question_set=_QUESTION_SET,
                models=("base", tuned.id),
                base_model=self.settings.model,
                industries=self.recipe.industries,
            )
            return request_evaluation(self.queue, spec)

        run = self._finish("evaluation", {"models": ["base", tuned.id]}, ask, "        evaluating")
        return read_report(self.workspace, run.id)

    def share(self, report: Report) -> str:
        """A fresh link to the report. Only hashes are kept, so the link of an earlier start can't be shown again: it is revoked."""
        links = ShareLinks(self.workspace, Database(self.workspace))
        earlier = self._done().link
        if earlier is not None:
            links.revoke(earlier)
        link = links.create(report["id"], days=_SHARE_DAYS, base_url=self.settings.base_url)
        self._remember(link=link.token_hash)
        return link.url

    def _finish(self, step: str, expected: Mapping[str, Any], ask: Callable[[], Run], label: str) -> Run:
        """The run of a step: the earlier one if it was asked the same and can still succeed, otherwise a new one."""
        run = self._earlier_run(getattr(self._done(), step), expected)
        if run is None:
            run = ask()
            self._remember(**{step: run.id})
        elif run.status.state in {RunState.FAILED, RunState.STOPPED}:
            errors.print(f"        going on with {run.id} where it ended", style="dim", highlight=False)
            self.queue.resume(run)
        status = follow(self.queue, run, label)
        if status.state is not RunState.SUCCEEDED:
            raise JobFailed(f"Run {run.id} was {status.state}. Start the demo again to go on with it.")
        return run

    def _earlier_run(self, run_id: str | None, expected: Mapping[str, Any]) -> Run | None:
        if run_id is None or not (self.workspace.run(run_id) / "state.json").exists():
            return None
        run = find_run(self.workspace, run_id)
        return run if all(run.spec.get(key) == value for key, value in expected.items()) else None

    def _done(self) -> Done:
        path = self.workspace.demo_file
        return Done(**(read_json(path) if path.exists() else {}).get(self.recipe.name, {}))

    def _remember(self, **changes: str) -> None:
        path = self.workspace.demo_file
        recipes = read_json(path) if path.exists() else {}
        recipes[self.recipe.name] = asdict(replace(self._done(), **changes))
        write_json_atomically(path, recipes)


def _serve(settings: Settings) -> None:
    from studio.ui.app import serve
    from studio.ui.context import Studio

    serve(Studio.open(settings), block=False)
    errors.print(f"The studio is up on {settings.base_url}; its Train page shows what follows, live.\n", highlight=False)


def _print_result(recipe: Recipe, run: Run, report: Report, url: str) -> None:
    result = run.status.result
    rows = [
        [
            model["role"],
            f"{model['passed']}/{model['items']}",
            f"{model['accuracy']:.1%}",
            f"{model['wilson'][0]:.1%} to {model['wilson'][1]:.1%}",
        ]
        for model in report["models"]
    ]
    title = "\nAccuracy on held-out phrasings" + (" (quick demo)" if recipe is QUICK else "")
    print_table(title, ["model", "right", "accuracy", "Wilson 95%"], rows)
    comparison = report["comparison"]
    facts = [
        ["exact McNemar p", f"{comparison['mcnemar_p']:.2g}" if comparison else "-"],
        ["training", f"{result['seconds'] / 60:.1f} minutes, {result['steps']} steps"],
        ["peak memory", f"{result['peak_memory_mb']:.0f} MB"],
        ["share link", url],
    ]
    print_table("", ["", ""], facts)


def _wait_forever() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        errors.print("Goodbye.")
