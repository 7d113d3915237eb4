"""What a training can't do with the strategy that its settings name. Needs no torch."""

from __future__ import annotations

from importlib.util import find_spec

from studio.errors import BadInput
from studio.training.settings.spec import TrainSpec


def check_strategy(spec: TrainSpec, *, on_gpu: bool | None = None) -> None:
    """Let the settings pass if their strategy can be used; `on_gpu` says where the training runs, None where that is not known yet.

    Raises:
        BadInput: it can't be; the sentence says what to take instead.
    """
    if spec.strategy == "deepspeed" and find_spec("deepspeed") is None:
        raise BadInput(
            "strategy = deepspeed can't be used here: the package deepspeed is not installed. Install it on every host, or take ddp or fsdp."
        )
    if spec.strategy != "ddp" and on_gpu is False:
        raise BadInput(f"strategy = {spec.strategy} can't be used here: it needs a GPU for every process. Take ddp.")
