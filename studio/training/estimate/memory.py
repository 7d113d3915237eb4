"""The most memory a training takes, by what takes it. All sizes are in bytes; no figure here was taken on a GPU.

What is counted are the tensors that autograd keeps between forward and back, layer by layer, as the code of the layers makes them. For another
kind of layer, and with the same method, see Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models"
(arXiv 2205.05198), section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from studio.training.budgets import KEPT_BYTES, scores_at_once
from studio.training.estimate.architecture import FUSED_FAMILIES, Architecture
from studio.training.estimate.machine import Machine
from studio.training.estimate.workload import Batch
from studio.training.settings.spec import ALL_LINEAR, TrainSpec

NF4_BITS = 4.127
"""Bits of a parameter in NF4 with double quantisation: 4, and 8/64 + 32/(64 x 256) for the constants (Dettmers et al. 2023, arXiv 2305.14314, section 3)."""

SINGLE_BITS = 4.5
"""The same without double quantisation: 4, and 32/64."""

_PROGRAM_BYTES = 637 << 20
_HEAP_BYTES = 430 << 20
_SHAPE_BYTES = 16 << 20
_MOST_SHAPES = 110
"""Fitted to trainings of the embedded model here: of 40 steps (23 to 26 shapes), and of 2,625 (about a hundred)."""

_FP32 = 4
_ADAM_MOMENTS = 2  # Kingma and Ba 2014, arXiv 1412.6980: a mean and a variance of every trained parameter
_LOGIT_BYTES = 12
"""Of one logit where its gradient begins: the log-probability that cross entropy keeps, its gradient, and the logit's own gradient, all in fp32."""


@dataclass(frozen=True)
class Setup:
    """How a training computes on a machine: what `studio.training.sft` makes of the settings there.

    Attributes:
        architecture: of the base model.
        first: decoder layers, from the lowest on, that have no adapter.
        rank: of the adapter.
        targets: linear layers with an adapter; None for all.
        optim: the optimizer.
        four_bit: bits of a number of the linear layers where they are quantised, else None.
        on_gpu: whether it runs on a GPU.
        number_bytes: of a weight that is not quantised.
        bf16: whether the device computes in it.
        fused: whether decoder layers are those of `studio.training.learning.fused`.
        sharing: whether what rows begin with is computed once (`studio.training.learning.beginnings`).
        keeps_frozen: whether what frozen layers give is computed once a row (`studio.training.learning.frozen`).
        eager: whether attention weights are whole matrices, (heads, length, length) for a row.
        checkpointing: whether activations are computed again on the way back.
    """

    architecture: Architecture
    first: int
    rank: int
    targets: frozenset[str] | None
    optim: str
    four_bit: float | None
    on_gpu: bool
    number_bytes: int
    bf16: bool
    fused: bool
    sharing: bool
    keeps_frozen: bool
    eager: bool
    checkpointing: bool

    @classmethod
    def of(cls, spec: TrainSpec, architecture: Architecture, machine: Machine) -> Setup:
        """The setup of a training on a machine. Layers are fused on a CPU, without 4 bit and with plain adapters; then attention is eager."""
        machine = machine.computing_in(spec.dtype)
        first = int(architecture.layers * spec.frozen_fraction)
        alone = spec.processes == 1  # of several, each goes through the model's own code
        plain = alone and not (spec.load_in_4bit or spec.lora_dropout or spec.use_dora or spec.lora_bias)
        alike = (
            alone and not machine.on_gpu and not spec.neftune_noise_alpha
        )  # noise of its own in every step: nothing can be computed once
        sharing = alike and plain and architecture.family in FUSED_FAMILIES
        fused = sharing or (not machine.on_gpu and plain and architecture.family in FUSED_FAMILIES and spec.attention == "eager")
        return cls(
            architecture=architecture,
            first=first,
            rank=spec.lora_rank,
            targets=None if spec.target_modules == ALL_LINEAR else frozenset(spec.target_modules.split(",")),
            optim=spec.optim,
            four_bit=(NF4_BITS if spec.bnb_4bit_use_double_quant else SINGLE_BITS) if spec.load_in_4bit else None,
            on_gpu=machine.on_gpu,
            number_bytes=machine.number_bytes,
            bf16=machine.bf16,
            fused=fused,
            sharing=sharing,
            keeps_frozen=alike and first > 0,
            eager=fused or spec.attention == "eager",
            checkpointing=spec.gradient_checkpointing,
        )

    @property
    def learning_layers(self) -> int:
        """Decoder layers with an adapter."""
        return self.architecture.layers - self.first

    @property
    def adapter_parameters(self) -> int:
        """Of the whole adapter."""
        return self.learning_layers * self.architecture.adapter_parameters(self.rank, self.targets)

    @property
    def adapter_bytes(self) -> int:
        """Of a number of the adapter: fp32, except that TRL casts that of a quantised model to bf16 (`SFTTrainer.__init__`) where that is the format."""
        return 2 if self.four_bit and self.bf16 else _FP32

    @property
    def activation_bytes(self) -> int:
        """Of a number that flows through a layer. PEFT puts all that is not quantised into fp32 (`prepare_model_for_kbit_training`), a GPU's autocast brings it back."""
        return _FP32 if self.four_bit and not self.on_gpu else self.number_bytes


@dataclass(frozen=True)
class Memory:
    """The parts of the peak, in bytes.

    Attributes:
        program: Python and its libraries; 0 on a GPU, whose memory they are not in.
        weights: of the base model.
        adapter: its numbers and their gradients.
        optimizer: its moments.
        activations: what is kept for the way back, of the largest batch.
        logits: of its learned tokens.
        kept: hidden states of the frozen layers; 0 on a GPU.
        heap: what the libraries keep for every shape that they have computed, and gaps; 0 on a GPU, which counts tensors alone.
    """

    program: float
    weights: float
    adapter: float
    optimizer: float
    activations: float
    logits: float
    kept: float
    heap: float

    @property
    def total(self) -> float:
        """The peak."""
        return float(sum(asdict(self).values()))


def weights_bytes(setup: Setup) -> float:
    """Of the base model. Beside NF4, PEFT casts embedding, head, norms and biases to fp32 (`prepare_model_for_kbit_training`)."""
    one = setup.architecture
    if not setup.four_bit:
        return one.parameters * setup.number_bytes
    return one.layers * one.layer_parameters * setup.four_bit / 8 + one.other_parameters * _FP32


def adapter_bytes(setup: Setup) -> float:
    """Of the adapter and of its gradients."""
    return 2 * setup.adapter_parameters * setup.adapter_bytes


def optimizer_bytes(setup: Setup) -> float:
    """Of AdamW's moments, in the adapter's own number format; in bytes each with an 8 bit optimizer (Dettmers et al. 2021, arXiv 2110.02861), and with
    Adafactor one a row and column in place of one a number (Shazeer and Stern 2018, arXiv 1804.04235).
    """
    if setup.optim == "adafactor":
        return setup.adapter_parameters * _FP32 / setup.rank
    size = {"adamw_8bit": 1, "paged_adamw_8bit": 1, "paged_adamw_32bit": _FP32}.get(setup.optim, setup.adapter_bytes)
    return _ADAM_MOMENTS * setup.adapter_parameters * size


def activations_bytes(setup: Setup, batch: Batch) -> float:
    """What is kept between forward and back of the layers that learn, and the gradients of one of them.

    With checkpointing (Chen et al. 2016, arXiv 1604.06174) that is every layer's input, and one layer whole.
    """
    layer = layer_bytes(setup, batch)
    if not setup.checkpointing:
        return (setup.learning_layers + 1) * layer
    stream = _FP32 if setup.four_bit else setup.number_bytes
    inputs = setup.architecture.layers if setup.on_gpu else setup.learning_layers
    return inputs * stream * setup.architecture.hidden * batch.positions(sharing=setup.sharing) + 2 * layer


def layer_bytes(setup: Setup, batch: Batch) -> float:
    """What one decoder layer with an adapter keeps for the way back; the adapter's numbers are kept in the format that they are computed in."""
    places = batch.positions(sharing=setup.sharing) * _place_bytes(setup)
    adapter = setup.architecture.adapter_parameters(setup.rank, setup.targets) * setup.activation_bytes
    return places + _attention_bytes(setup, batch) + adapter


def _place_bytes(setup: Setup) -> float:
    """Of one place in one layer, but for what attention keeps of pairs. A frozen linear layer keeps nothing; its adapter keeps the input.

    Fused: each norm its input and an fp32 scale; the turned queries; the inputs of the four groups of linear layers and their low-rank products (7 r in
    all); gate and up.
    Else: each norm its input in fp32 (`LlamaRMSNorm.forward`); queries, keys and values, those copied for every query head (`repeat_kv`), and attention's
    result; silu(gate) beside gate and up. On a GPU in 4 bit the stream is fp32, and autocast makes a copy of it for each of q, k, v, gate and up.
    """
    one, size = setup.architecture, setup.activation_bytes
    low = 7 * setup.rank * size
    if setup.fused:
        numbers = 4 * one.hidden + 2 * one.queries + 3 * one.intermediate
        return numbers * size + low + 2 * _FP32
    copies = 5 if setup.four_bit and setup.on_gpu else 2
    numbers = copies * one.hidden + 4 * one.queries + 4 * one.intermediate
    return numbers * size + low + 2 * (one.hidden + 1) * _FP32


def _attention_bytes(setup: Setup, batch: Batch) -> float:
    """Attention weights in fp32, which softmax keeps, and in the layer's format, which the product with the values keeps: for every head, row, and pair of places.

    Fused layers keep keys and values here: each row has its own beside those of the shared beginning. sdpa and FlashAttention keep one number for each head and place (Dao et al. 2022, arXiv 2205.14135, section 3.1).
    """
    heads, rows, width = setup.architecture.heads, batch.rows, batch.width
    shared = batch.shared if setup.sharing else 0
    if not setup.eager:
        return heads * rows * width * _FP32
    if not setup.fused:
        return heads * rows * width * width * (_FP32 + setup.activation_bytes)
    pairs = shared * shared + rows * (width - shared) * width
    keys_and_values = 2 * setup.architecture.keys * (shared + rows * width)
    return heads * pairs * (_FP32 + setup.activation_bytes) + keys_and_values * setup.activation_bytes


def logits_bytes(setup: Setup, batch: Batch) -> float:
    """Of the learned tokens alone, some at a time (`studio.training.learning.head`): the logits in fp32 and in the model's format, and the gradients of the hidden states.

    In 4 bit on a GPU the logits are whole, and autocast keeps a copy of the head, which is fp32, in 16 bits for the way back.
    """
    one = setup.architecture
    if setup.four_bit and setup.on_gpu:
        return batch.learned * one.vocabulary * _LOGIT_BYTES + 2 * one.head_parameters
    held = min(batch.learned, scores_at_once(one.vocabulary, on_gpu=setup.on_gpu))
    return held * one.vocabulary * (_FP32 + setup.number_bytes) + hidden_gradients_bytes(setup, batch)


def hidden_gradients_bytes(setup: Setup, batch: Batch) -> float:
    """What the head keeps for the way back."""
    return batch.learned * setup.architecture.hidden * setup.number_bytes


def kept_bytes(setup: Setup, batches: Iterable[Batch]) -> float:
    """Hidden states that frozen layers gave for the rows of these batches, as far as they are kept."""
    if not setup.keeps_frozen:
        return 0.0
    tokens = sum(batch.tokens for batch in batches)
    return float(min(tokens * setup.architecture.hidden * setup.activation_bytes, KEPT_BYTES))


def heap_bytes(setup: Setup, batches: Iterable[Batch]) -> float:
    """What a CPU's libraries keep beside all that: oneDNN compiles a kernel for every shape it meets and keeps some thousand of them
    (its primitive cache), and the C library does not give back the gaps that tensors of changing sizes leave.
    """
    if setup.on_gpu:
        return 0.0
    shapes = len({(batch.rows, batch.width) for batch in batches})
    return _HEAP_BYTES + min(shapes, _MOST_SHAPES) * _SHAPE_BYTES


def program_bytes(setup: Setup) -> float:
    """Python with torch, transformers and TRL before a model is loaded: measured here, and by every run anew."""
    return 0.0 if setup.on_gpu else _PROGRAM_BYTES


def memory_of(setup: Setup, batches: Sequence[Batch], *, times: float = 1.0) -> Memory:
    """The parts of the peak over these batches, which stand for `times` as many."""
    largest = max(batches, key=lambda batch: activations_bytes(setup, batch) + logits_bytes(setup, batch))
    return Memory(
        program=program_bytes(setup),
        weights=weights_bytes(setup),
        adapter=adapter_bytes(setup),
        optimizer=optimizer_bytes(setup),
        activations=activations_bytes(setup, largest),
        logits=logits_bytes(setup, largest),
        kept=min(kept_bytes(setup, batches) * times, KEPT_BYTES),
        heap=heap_bytes(setup, batches),
    )
