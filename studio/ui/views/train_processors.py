"""Several processes as a page shows them: what they amount to, and how they are started."""

from __future__ import annotations

import shlex
from html import escape

from studio.jobs.processes import Launch
from studio.training.settings.spec import TrainSpec
from studio.ui.text import train_processors as text


def processors_html(spec: TrainSpec) -> str:
    """How many processes there are, where, and how many rows a step sees with them."""
    launch = spec.launch
    if launch.alone:
        return f'<p class="muted">{escape(text.ALONE)}</p>'
    batch, accumulation = spec.per_device_train_batch_size, spec.gradient_accumulation_steps
    sentence = text.SPREAD.format(
        processes=f"{launch.processes:,}",
        share=_share(launch),
        rows=f"{batch * accumulation * launch.processes:,}",
        batch=f"{batch:,}",
        accumulation=f"{accumulation:,}",
    )
    return f"<p>{escape(sentence)}</p>"


def launch_command(launch: Launch) -> str:
    """The command of the first host, for a run that does not exist yet."""
    return shlex.join(["accelerate", "launch", *launch.arguments(text.RUN_FOLDER)])


def _share(launch: Launch) -> str:
    if len(launch.hosts) == 1:
        return text.ON_THIS_MACHINE
    return text.ON_HOSTS.format(each=f"{launch.on_each_host:,}", hosts=len(launch.hosts), first=launch.hosts[0])
