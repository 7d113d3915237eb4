"""How many operations a training needs, and how long that takes at a rate. An operation is a multiplication or an addition.

A product of an (n, k) with a (k, m) matrix takes 2 n k m. Forward that makes 2 operations a parameter and place, and back 2 for the gradient of the
input; the other 2, for the gradient of the weight, fall to the adapters alone (Kaplan et al. 2020, arXiv 2001.08361, section 2.1, with frozen weights).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio.training.estimate.machine import Machine
from studio.training.estimate.memory import Setup
from studio.training.estimate.workload import Batch

LAYER_SECONDS = {False: 1.2e-3, True: 0.5e-3}
"""By whether it is on a GPU: what starting its operations takes for a layer and batch, forward and back, however small they are. The GPU's is assumed."""

_FOUR_BIT_SHARE = 1 / 3
"""Assumed: it puts a T4 at 6.5 TFLOPS, about what its published 0.62 Alpaca rows a second of Llama-2-7B come to (plain transformers and PEFT, r 16)."""


@dataclass(frozen=True)
class Work:
    """Operations, and how many times a layer is passed forward and back."""

    operations: float = 0.0
    layers: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(self.operations + other.operations, self.layers + other.layers)

    def __mul__(self, times: float) -> Work:
        return Work(self.operations * times, self.layers * times)

    def seconds(self, setup: Setup, flops: float) -> float:
        """How long it takes at so many operations a second."""
        return self.operations / flops + self.layers * LAYER_SECONDS[setup.on_gpu]


def assumed_rate(setup: Setup, machine: Machine) -> float:
    """Operations a second before a step was measured; in 4 bit on a GPU, where weights are unpacked for every product, a part of the machine's own."""
    return machine.flops * (_FOUR_BIT_SHARE if setup.four_bit and setup.on_gpu else 1.0)


def work_of(setup: Setup, batches: Iterable[Batch], *, known: bool = False) -> Work:
    """The work of these batches, forward and back. `known`: what frozen layers give for their rows was kept."""
    total = Work()
    for batch in batches:
        total += batch_work(setup, batch, known=known)
    return total


def batch_work(setup: Setup, batch: Batch, *, known: bool = False) -> Work:
    """The work of one batch."""
    one = setup.architecture
    places, learning = batch.positions(sharing=setup.sharing), setup.learning_layers
    linear = 2 * places * one.layer_parameters
    attention = 4 * one.queries * attended_pairs(setup, batch)  # queries by keys, weights by values
    adapter = 2 * places * one.adapter_parameters(setup.rank, setup.targets)
    forward = linear + attention + adapter
    backward = linear + 2 * attention + 2 * adapter
    again = forward if setup.checkpointing else 0.0
    frozen = 0 if known and setup.keeps_frozen else setup.first
    head = 4 * batch.learned * one.head_parameters
    operations = learning * (forward + again + backward) + frozen * (linear + attention) + head
    return Work(operations, learning + frozen / 3)


def attended_pairs(setup: Setup, batch: Batch) -> int:
    """Pairs of places for which attention computes a weight, those behind the causal mask included."""
    if not setup.sharing:
        return batch.rows * batch.width * batch.width
    return batch.shared * batch.shared + batch.rows * (batch.width - batch.shared) * batch.width
