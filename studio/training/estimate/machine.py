"""Where a training would run: how much memory there is, and how fast it is taken to be before anything was measured. Needs no torch."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from studio.errors import NotFound
from studio.jobs.memory import memory_here
from studio.training.settings.common import NumberFormat

HERE = "here"
"""The name of this machine."""

_MEGABYTE = 1024 * 1024
_ASK_GPU = ("nvidia-smi", "--query-gpu=name,memory.total,memory.free,compute_cap", "--format=csv,noheader,nounits")
_GPU_SHARE = 0.3
"""Part of a GPU's published rate that a training reaches: an assumption, nothing here has run on one."""
_PATIENCE = 10  # seconds
_CPU_FLOPS: Mapping[int, float] = {2: 230e9, 4: 80e9}
"""A second and core, by the bytes of a number. bf16 where two cores multiply it at 1,008 GFLOPS (`docs/results.md`): a whole step reaches less than
half of that. fp32: the like part of what `docs/results.md` measured for that."""

_FP32_SHARE = {False: _CPU_FLOPS[4] / _CPU_FLOPS[2], True: 1 / 8}
"""By whether it is on a GPU: the part of its rate that is left in fp32. The GPU's is that of a T4's datasheet, 8.1 of 65 TFLOPS."""


@dataclass(frozen=True)
class Machine:
    """A machine, or a class of them.

    Attributes:
        name: `here`, or that of a class.
        title: what it is.
        on_gpu: whether the training is on a GPU.
        bf16: whether it computes in bf16; else in fp16 on a GPU and in fp32 on a CPU.
        memory_mb: MiB that a training may take.
        flops: operations a second that a step is taken to reach before one was measured.
        number_bytes: of a weight that is not quantised.
    """

    name: str
    title: str
    on_gpu: bool
    bf16: bool
    memory_mb: float
    flops: float
    number_bytes: int = 2

    def computing_in(self, number_format: NumberFormat) -> Machine:
        """The machine with another number format than its own; `auto` is its own."""
        if number_format == "auto":
            return self
        if number_format != "float32":
            return replace(self, bf16=number_format == "bfloat16", number_bytes=2)
        slower = _FP32_SHARE[self.on_gpu] if self.number_bytes == 2 else 1.0
        return replace(self, bf16=False, number_bytes=4, flops=self.flops * slower)


def _class(name: str, title: str, gigabytes: float, teraflops: float, *, bf16: bool = True) -> Machine:
    """Memory as it is sold, in 10^9 bytes: what drivers show is a little more. Operations as published, for dense fp16 or bf16."""
    memory = gigabytes * 1e9 / _MEGABYTE
    return Machine(name, title, on_gpu=True, bf16=bf16, memory_mb=memory, flops=teraflops * 1e12 * _GPU_SHARE)


GPU_CLASSES: tuple[Machine, ...] = (
    _class("t4", "T4, 16 GB", 16, 65, bf16=False),  # NVIDIA T4 datasheet
    _class("24gb", "GPU with 24 GB", 24, 71),  # GeForce RTX 3090, NVIDIA Ampere GA102 white paper
    _class("80gb", "GPU with 80 GB", 80, 312),  # NVIDIA A100 datasheet
)
"""What one can choose instead of this machine."""


def find_machine(name: str = HERE, *, bf16: bool | None = None, gpu: bool | None = None) -> Machine:
    """The machine of that name; `here` is this one.

    Args:
        name: `here`, or that of a class.
        bf16: what is known of this machine's number format; None if nothing is.
        gpu: whether its GPU is used; None where it is if there is one.

    Raises:
        NotFound: there is no such class; the sentence lists those that exist.
    """
    if name == HERE:
        return (None if gpu is False else _gpu_here()) or _cpu_here(bf16)
    for machine in GPU_CLASSES:
        if machine.name == name:
            return machine
    raise NotFound(f"There is no machine {name!r}. Known: {', '.join([HERE, *(machine.name for machine in GPU_CLASSES)])}.")


def _cpu_here(bf16: bool | None) -> Machine:
    known = _has_bf16_flag() if bf16 is None else bf16
    cores = _cores()
    title = f"this CPU, {_processor()}, {cores} {'core' if cores == 1 else 'cores'}"
    memory = memory_here().available / _MEGABYTE
    size = 2 if known else 4
    return Machine(HERE, title, on_gpu=False, bf16=known, memory_mb=memory, flops=cores * _CPU_FLOPS[size], number_bytes=size)


def _gpu_here() -> Machine | None:
    """The first GPU, as the driver describes it; None where there is none."""
    described = _ask_driver()
    if described is None:
        return None
    name, total, free, capability = described
    bf16 = float(capability) >= 8.0  # Ampere; earlier ones emulate it slowly
    alike = next(
        (one for one in reversed(GPU_CLASSES) if one.bf16 == bf16 and one.memory_mb <= float(total) * 1.05), GPU_CLASSES[0]
    )
    return Machine(HERE, f"this GPU, {name}", on_gpu=True, bf16=bf16, memory_mb=float(free), flops=alike.flops)


def _ask_driver() -> tuple[str, str, str, str] | None:
    if shutil.which(_ASK_GPU[0]) is None:
        return None
    try:
        said = subprocess.run(_ASK_GPU, capture_output=True, text=True, timeout=_PATIENCE, check=True).stdout
        name, total, free, capability = (part.strip() for part in said.splitlines()[0].split(","))
        float(total), float(free), float(capability)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    return name, total, free, capability


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=1)
def _cpu_facts() -> Mapping[str, str]:
    """What Linux says of the first core; nothing elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _processor() -> str:
    return _cpu_facts().get("model name") or platform.processor() or platform.machine()


def _has_bf16_flag() -> bool:
    """A first guess: a run measures which format is faster (`studio.chat.loading.cpu_computes_bf16`), and that is remembered."""
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(_cpu_facts().get("flags", "").split())
