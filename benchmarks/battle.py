"""Both sides of a battle: one batched forward pass a token against one side after the other, in one run.

python -m benchmarks.battle ADAPTER_FOLDER [--tokens 64] [--repeats 5] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from studio.chat.catalog import find_model, prepare_model
from studio.chat.messages import Decoding, Request, reply
from studio.chat.transformers_engine import TransformersModel
from studio.settings import Settings
from studio.workspace.layout import Workspace

QUESTIONS = ("Where is my parcel?", "How long do I have to send something back?", "My flight was cancelled, what now?")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapter")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    workspace = Workspace.from_settings(Settings(home=Path(tempfile.gettempdir()) / "studio-benchmark"))
    model = TransformersModel(prepare_model(workspace, find_model("smollm2-135m-instruct")))
    decoding = Decoding(max_new_tokens=options.tokens)
    together, apart = [], []
    for index in range(options.repeats + 1):
        messages = [{"role": "user", "content": QUESTIONS[index % len(QUESTIONS)]}]
        base, tuned = Request(messages), Request(messages, options.adapter)
        first = seconds(lambda base=base, tuned=tuned: reply(model, [base, tuned], decoding))
        second = seconds(lambda base=base, tuned=tuned: (reply(model, [base], decoding), reply(model, [tuned], decoding)))
        if index:  # the first round warms up
            together.append(first)
            apart.append(second)
    result = {
        "together_s": round(statistics.median(together), 2),
        "one_after_the_other_s": round(statistics.median(apart), 2),
        "ratio": round(statistics.median(a / b for a, b in zip(together, apart, strict=True)), 3),
    }
    print(json.dumps(result, indent=None if options.json else 2))


def seconds(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
