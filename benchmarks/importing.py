"""Rows a second and memory: the studio's reader against `datasets.load_dataset("json")`, and a whole import with all checks.

    python -m benchmarks.importing [--rows 100000] [--json]

The file is made here, from a seed: alpaca rows of some 600 bytes, their words drawn from the sample data by frequency, with repeated, nearly repeated,
contradicting, leaking, personal, unfinished and broken rows planted. Every measurement is a process of its own; both readers take the same file
in turn, three times, and the median counts. `load_dataset` gets an empty cache each time, because with a full one it reads nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REPEATS = 3
SEED = 7
PLANTED_EVERY = 50
PROBLEMS = ("repeated", "nearly repeated", "contradicting", "leaking", "personal", "unfinished", "broken")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=list(MEASUREMENTS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(MEASUREMENTS[options.only](options.file)))
        return
    with tempfile.TemporaryDirectory(prefix="studio-benchmark-") as folder:
        files = write_files(Path(folder), options.rows)
        reading = {file.name: compare_readers(file, options.rows) for file in files}
        whole = in_a_process("whole", files[0])
    summary = {
        "rows": options.rows,
        "megabytes": round(whole.pop("bytes") / 1e6, 1),
        "reading": reading,
        "import_and_checks": whole,
    }
    print(json.dumps(summary, indent=None if options.json else 2))


def compare_readers(file: Path, rows: int) -> dict[str, Any]:
    """Rows a second of both, in turn, by the median; and how many times as fast as `load_dataset` the studio is.

    The same by CPU time, which other work on the machine hardly disturbs.
    """
    measured: dict[str, list[dict[str, float]]] = {"load_dataset": [], "studio": []}
    for _ in range(REPEATS):
        for name, runs in measured.items():
            runs.append(in_a_process(name, file))
            print(f"{file.name}, {name}: {runs[-1]['seconds']:.2f} s, {runs[-1]['cpu_s']:.2f} s of CPU", file=sys.stderr)
    seconds, cpu = (
        {name: statistics.median(run[clock] for run in runs) for name, runs in measured.items()} for clock in ("seconds", "cpu_s")
    )
    return {
        "rows_per_s": {name: round(rows / one) for name, one in seconds.items()},
        "ratio": round(seconds["load_dataset"] / seconds["studio"], 2),
        "cpu_s": {name: round(one, 2) for name, one in cpu.items()},
        "cpu_ratio": round(cpu["load_dataset"] / cpu["studio"], 2),
    }


def in_a_process(name: str, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.importing", "--only", name, "--file", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def read_with_load_dataset(file: Path) -> dict[str, Any]:
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        started, cpu = time.perf_counter(), time.process_time()
        load_dataset("json", data_files=str(file), cache_dir=cache, split="train")
        return {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}


def read_with_the_studio(file: Path) -> dict[str, Any]:
    from studio.dataset.reading.rows import read_sources
    from studio.dataset.reading.sources import open_sources

    started, cpu = time.perf_counter(), time.process_time()
    with open_sources(file) as opened:
        for _ in read_sources(opened.sources):
            pass
    return {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}


def import_and_examine(file: Path) -> dict[str, Any]:
    """The dataset written, its rows read back and checked against all question sets."""
    from studio.dataset.checks.examination import examine
    from studio.dataset.importing.file import import_file
    from studio.scoring.items import load_question_set
    from studio.settings import Settings
    from studio.workspace.datasets import read_rows
    from studio.workspace.layout import Workspace

    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.from_settings(Settings(home=Path(home)))
        items = [item for path in sorted(workspace.eval_sets.glob("*.jsonl")) for item in load_question_set(path).items]
        started = time.perf_counter()
        dataset = import_file(workspace, file, name="benchmark").dataset.id
        imported = time.perf_counter()
        examination = examine(read_rows(workspace, dataset), items=items, max_characters=2_000)
        done = time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(done - started, 1),
        "import_s": round(imported - started, 1),
        "checks_s": round(done - imported, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_memory_mb": round(usage.ru_maxrss / 1024),  # Linux counts in kilobytes
        "found": examination.counts,
        "bytes": file.stat().st_size,
    }


MEASUREMENTS = {"load_dataset": read_with_load_dataset, "studio": read_with_the_studio, "whole": import_and_examine}


def write_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same rows as a JSON array and as JSONL."""
    values = list(synthetic_rows(rows))
    array, lines = folder / "rows.json", folder / "rows.jsonl"
    array.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    with lines.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return array, lines


def synthetic_rows(rows: int) -> Iterator[dict[str, str]]:
    """Alpaca rows; every fiftieth has one of the planted problems, in turn."""
    writer = Writer(random.Random(SEED))
    before = writer.row()
    for number in range(rows):
        if number % PLANTED_EVERY == PLANTED_EVERY - 1:
            yield writer.planted(PROBLEMS[number // PLANTED_EVERY % len(PROBLEMS)], before)
        else:
            before = writer.row()
            yield before


class Writer:
    """Sentences of words as frequent as in the sample data, numbers and punctuation included."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        counts = Counter(
            word for file in sorted((ROOT / "data").glob("*.json")) for text in sample_texts(file) for word in text.split()
        )
        self._vocabulary, self._weights = list(counts), list(accumulate(counts.values()))
        lines = (ROOT / "eval_sets" / "high_frequency.jsonl").read_text("utf-8").splitlines()
        self._held_out = [json.loads(line)["question"] for line in lines]

    def words(self, least: int, most: int) -> str:
        return " ".join(self.rng.choices(self._vocabulary, cum_weights=self._weights, k=self.rng.randint(least, most)))

    def row(self) -> dict[str, str]:
        about = self.words(4, 12) if self.rng.random() < 0.1 else ""
        sentences = [self.words(9, 22).capitalize() + "." for _ in range(self.rng.randint(3, 7))]
        answer = f"{' '.join(sentences)} The refund arrives within {self.rng.randint(2, 30)} days."
        return {"instruction": self.words(7, 24) + "?", "input": about, "output": answer}

    def planted(self, problem: str, before: dict[str, str]) -> dict[str, str]:
        """A row with this problem, perhaps one that it has with the row before."""
        question, answer = before["instruction"], before["output"]
        return {
            **self.row(),
            **{
                "repeated": before,
                "nearly repeated": {**before, "instruction": f"{question} {self.rng.choice(self._vocabulary)}"},
                "contradicting": {
                    **before,
                    "output": f"{answer.rpartition(' within ')[0]} within {self.rng.randint(60, 90)} days.",
                },
                "leaking": {"instruction": self.rng.choice(self._held_out).upper(), "input": ""},
                "personal": {
                    "output": f"{answer} Write to anna.{self.rng.randint(1, 999)}@mail.example or call +44 20 7946 {self.rng.randint(1000, 9999)}."
                },
                "unfinished": {"output": "I am {{name}}, from {{company}}."},
                "broken": {"output": ""},
            }[problem],
        }


def sample_texts(file: Path) -> Iterator[str]:
    values = json.loads(file.read_text("utf-8"))
    rows = values if isinstance(values, list) else []  # the registry is an object
    texts = (text for row in rows for text in (row["instruction"], row["output"]))
    return (text for text in texts if "{{" not in text)  # nor a template's placeholders


if __name__ == "__main__":
    main()
