"""What this device can't do of what the settings ask for: number formats, 4 bit, FlashAttention.

The facts are asked once, with torch, in the worker or in a process that ends afterwards; what follows from them needs neither.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from multiprocessing import get_context

from studio.chat.catalog import CatalogModel
from studio.errors import BadInput
from studio.jobs.memory import memory_here
from studio.training.preflight.findings import Finding, error, warning
from studio.training.running.processes import check_strategy
from studio.training.settings.spec import TrainSpec

DTYPE = "dtype"
FOUR_BIT = "four_bit"
ATTENTION = "attention"
STRATEGY = "strategy"

_BF16 = (8, 0)  # Ampere. Earlier GPUs emulate bf16 slowly, whatever torch.cuda.is_bf16_supported() says
_SLOW_ON_CPU = 1000  # millions of parameters
_FORMATS = ("dtype", "bnb_4bit_compute_dtype")  # settings that name a number format


@dataclass(frozen=True)
class DeviceFacts:
    """Where a training would run.

    Attributes:
        gpu: its name; None where the training runs on the CPU.
        capability: its CUDA compute capability.
        memory: bytes that it has: the GPU's, or what a process may have of the machine's.
        free: bytes of them that are free.
        four_bit: why bitsandbytes can't do 4 bit here; empty where it can.
        flash_attention: whether the package flash-attn is installed.
    """

    gpu: str | None
    capability: tuple[int, int] | None
    memory: int
    free: int
    four_bit: str = ""
    flash_attention: bool = False


def ask_device(*, four_bit: bool) -> DeviceFacts:
    """The facts of the device that torch would use; 4 bit is tried on it with a small matrix where that is of interest. Imports torch."""
    import torch

    flash = find_spec("flash_attn") is not None
    if not torch.cuda.is_available():
        here = memory_here()
        return DeviceFacts(None, None, here.total, here.available, _try_four_bit("cpu") if four_bit else "", flash)
    free, memory = torch.cuda.mem_get_info()
    return DeviceFacts(
        gpu=torch.cuda.get_device_name(),
        capability=torch.cuda.get_device_capability(),
        memory=memory,
        free=free,
        four_bit=_try_four_bit("cuda") if four_bit else "",
        flash_attention=flash,
    )


def ask_device_elsewhere() -> DeviceFacts:
    """`ask_device` in a process of its own, so that whoever asks does not have torch in memory afterwards. Takes some seconds."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(ask_device, four_bit=True).result()


def as_it_is_now(facts: DeviceFacts) -> DeviceFacts:
    """Facts that were asked some time ago, with the machine's memory of this moment; a GPU's can't be known without torch."""
    if facts.gpu is not None:
        return facts
    here = memory_here()
    return replace(facts, memory=here.total, free=here.available)


def check_dtype(spec: TrainSpec, facts: DeviceFacts, model: CatalogModel) -> list[Finding]:
    """Number formats that the device does not compute in, and what it takes instead."""
    asked = spec.model_dump()
    findings = [
        found for setting in _FORMATS if (found := _check_format(setting, str(asked.get(setting, "auto")), facts)) is not None
    ]
    if facts.gpu is None and model.parameters > _SLOW_ON_CPU:
        findings.append(
            warning(
                DTYPE,
                f"There is no GPU here that torch can use, so that {model.title} is trained on the CPU, which takes very long. "
                "Take a smaller model, or a machine with a GPU.",
            )
        )
    if not _has_bf16(facts) and "qwen2" in model.name and spec.attention == "eager":
        findings.append(
            warning(
                DTYPE,
                f"{facts.gpu} has no bf16, and Qwen2 in fp16 can lose its numbers with eager attention. Set attention to sdpa.",
            )
        )
    return findings


def check_four_bit(spec: TrainSpec, facts: DeviceFacts) -> list[Finding]:
    """4 bit weights, where bitsandbytes does not work."""
    if not spec.load_in_4bit or not facts.four_bit:
        return []
    return [
        error(
            FOUR_BIT,
            f"load_in_4bit needs bitsandbytes, which does not work on {facts.gpu or 'this CPU'}: {facts.four_bit}. "
            "Turn load_in_4bit off, or install a bitsandbytes that supports it.",
        )
    ]


def check_attention(spec: TrainSpec, facts: DeviceFacts) -> list[Finding]:
    """FlashAttention 2, which needs a GPU of compute capability 8.0 and a package of its own."""
    if spec.attention != "flash_attention_2":
        return []
    if facts.capability is None or facts.capability < _BF16:
        where = f"{facts.gpu} has {_version(facts.capability)}" if facts.capability else "here is no GPU"
        return [
            error(
                ATTENTION, f"flash_attention_2 needs a GPU of compute capability 8.0 or more, and {where}. Set attention to sdpa."
            )
        ]
    if not facts.flash_attention:
        return [
            error(ATTENTION, "flash_attention_2 needs the package flash-attn, which is not installed. Set attention to sdpa.")
        ]
    return []


def check_strategy_here(spec: TrainSpec, facts: DeviceFacts) -> list[Finding]:
    """A strategy of several processes that needs GPUs, or a package that is not installed."""
    try:
        check_strategy(spec, on_gpu=facts.gpu is not None)
    except BadInput as problem:
        return [error(STRATEGY, problem.message)]
    return []


def _check_format(setting: str, wanted: str, facts: DeviceFacts) -> Finding | None:
    if wanted == "bfloat16" and facts.capability is not None and not _has_bf16(facts):
        return error(
            DTYPE,
            f"{setting} bfloat16 needs compute capability 8.0, and {facts.gpu} has {_version(facts.capability)}: it would emulate it, slowly. "
            f"Set {setting} to auto or float16.",
        )
    if wanted == "float16" and facts.gpu is None:
        return error(DTYPE, f"{setting} float16 needs a GPU: a CPU trains in bf16 or fp32. Set {setting} to auto.")
    return None


def _has_bf16(facts: DeviceFacts) -> bool:
    return facts.capability is None or facts.capability >= _BF16


def _version(capability: tuple[int, int]) -> str:
    return ".".join(map(str, capability))


def _try_four_bit(device: str) -> str:
    """Why a matrix can't be quantised to NF4 and multiplied there; empty where it can."""
    import torch

    try:
        import bitsandbytes as bnb

        quantised, state = bnb.functional.quantize_4bit(
            torch.ones(64, 64, device=device), quant_type="nf4", compress_statistics=True
        )
        given = torch.ones(2, 64, device=device, requires_grad=True)
        bnb.matmul_4bit(given, quantised, quant_state=state).sum().backward()
        return "" if given.grad is not None and bool(torch.isfinite(given.grad).all()) else "what it computes is no number"
    except (
        Exception
    ) as failure:  # a library that is missing, was built for another device, or lacks an operator: each in its own way
        return str(failure).strip().partition("\n")[0].rstrip(".") or type(failure).__name__
