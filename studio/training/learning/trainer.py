"""TRL's SFTTrainer, with the things changed that cost most of its time on a CPU.

1. The language-model head sees only the positions whose token is learned, some at a time (`studio.training.learning.head`).
   TRL's fused head scores every position, prompts included: at the lengths of support rows about half of all work. The loss is
   the same sum over the same positions, divided by the same count (`tests/training/learning/test_trainer.py` compares losses and
   gradients).
2. No per-step entropy and token accuracy.
3. Layers below the first adapter are computed once a row (`skip_frozen_layers`).
4. What all rows of a batch begin with is computed once (`share_beginnings`).

And "group_by_length" orders the rows with our `LengthGroupedSampler`, or, where known rows are passed over, `Rounds`.

Several processes go through TRL's own path: DDP wants every forward to pass through its wrapper. The loss is the same: the sum over the learned
tokens of all of them, divided by their count (`tests/training/running/test_processes.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import TrainerControl
from trl import SFTTrainer

from studio.training.budgets import KEPT_BYTES
from studio.training.divergence import check_weights
from studio.training.learning.beginnings import decode, shared_beginning
from studio.training.learning.frozen import FrozenLayers, layers_without_adapter
from studio.training.learning.head import token_costs
from studio.training.learning.rounds import Rounds
from studio.training.learning.sampler import LengthGroupedSampler
from studio.training.together import agreed

_IGNORED = -100


class SupportTrainer(SFTTrainer):
    """An SFTTrainer that computes logits for learned tokens only."""

    frozen: FrozenLayers | None = None
    """What is known of the layers that don't learn; None where all are computed in every step."""

    share_beginnings = False
    """Whether what all rows of a batch begin with is computed once (`studio.training.learning.beginnings`): where all layers are fused."""

    rounds: Rounds | None = None
    """The order of rows where known ones are passed over; None where every pass goes over all."""

    control: TrainerControl

    validate: Callable[[Any], dict[str, float]] | None = None
    """What an evaluation measures of the model (`studio.training.validation`); None: it is TRL's own."""

    def pass_over_known_rows(self, *, below: float) -> None:
        """Leave rows out of every other round once each of their learned tokens costs less than `below` nats. For one process."""
        rows, args = self.train_dataset["input_ids"], self.args
        self.rounds = Rounds(rows, batch_size=args.train_batch_size, seed=args.data_seed, known_below=below)

    def skip_frozen_layers(self) -> None:
        """Compute the layers below the first adapter once a row from now on. Without such layers nothing changes."""
        causal = self.accelerator.unwrap_model(self.model).get_base_model()
        if count := layers_without_adapter(causal):
            self.frozen = FrozenLayers(causal.model, count, max_bytes=KEPT_BYTES)

    def recall_frozen_layers(self, *, steps: int, told: Callable[[int, int], None]) -> None:
        """Compute again what the frozen layers gave for the rows of the first `steps` optimizer steps, in the batches in which these rows were seen first.

        A checkpoint does not hold it, and the last bits of a row's values depend on the rows and tokens that are computed with it. The rows are needed again in
        any case: no time is lost. `told` hears how many batches are done, and of how many.
        """
        if self.frozen is None:
            return
        loader = self.get_train_dataloader()
        seen = min(steps * int(self.args.gradient_accumulation_steps), len(loader))
        for done, inputs in enumerate(islice(loader, seen), start=1):
            shared = shared_beginning(inputs) if self.share_beginnings else 0
            self.frozen(inputs["input_ids"], inputs["attention_mask"], shared=shared)
            told(done, seen)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Mean negative log-likelihood of the learned tokens, in nats a token."""
        if return_outputs or self.accelerator.num_processes > 1:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        causal = self.accelerator.unwrap_model(model).get_base_model()
        losses, learned = token_losses(causal, inputs, self.frozen, share_beginnings=self.share_beginnings)
        if self.rounds is not None:
            worst = torch.zeros(learned.shape).masked_scatter(learned.cpu(), losses.detach().cpu())
            self.rounds.learned(inputs["input_ids"], inputs["attention_mask"], worst.amax(1))
        self._total_train_tokens += int(inputs["attention_mask"].sum())
        return losses.sum() / (len(losses) if num_items_in_batch is None else num_items_in_batch)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """What `validate` measures, logged and told to the callbacks as transformers does with what an evaluation finds."""
        if self.validate is None:
            return super().evaluate(*args, **kwargs)
        validate, model = self.validate, self.accelerator.unwrap_model(self.model)
        metrics = agreed(lambda: validate(model))
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """As transformers saves, but never weights that are no numbers: the checkpoint before them is the one to keep.

        Raises:
            Diverged: they are none.
        """
        check_weights(self.model, self.args, self.state.global_step)
        if self.rounds is not None:
            self.rounds.save(Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}")
        super()._save_checkpoint(model, trial)

    def _save_rng_state(self, output_dir: str) -> None:
        """As transformers saves it, each process its own. The trainer's state, which makes the checkpoint whole, comes after that of all."""
        super()._save_rng_state(output_dir)
        self.accelerator.wait_for_everyone()

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> Any:
        if self.rounds is not None:
            return self.rounds
        if self.args.train_sampling_strategy != "group_by_length":
            return super()._get_train_sampler(train_dataset)
        rows = (self.train_dataset if train_dataset is None else train_dataset)["input_ids"]
        batch = self.args.train_batch_size * self.accelerator.num_processes
        return LengthGroupedSampler([len(row) for row in rows], batch_size=batch, seed=self.args.data_seed)

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Not counted: nobody reads the sum, and counting goes through all parameters in every step."""
        return 0

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """As TRL logs, with the tokens seen so far."""
        logs["num_tokens"] = float(self._total_train_tokens)
        super().log(logs, start_time)


def answer_loss(
    causal: Any, inputs: dict[str, torch.Tensor], frozen: FrozenLayers | None = None, *, share_beginnings: bool = False
) -> tuple[torch.Tensor, int]:
    """Summed negative log-likelihood, and number, of the learned tokens.

    Args:
        causal: a `...ForCausalLM` whose decoder is `.model` and whose head is `.lm_head`, adapters included.
        inputs: `input_ids`, `attention_mask` and `labels`, each of shape (batch, length); labels are -100 where nothing is learned.
        frozen: of `causal.model`, where its lower layers need not be computed in every step.
        share_beginnings: compute what all rows begin with once; all layers must be fused.
    """
    losses, _ = token_losses(causal, inputs, frozen, share_beginnings=share_beginnings)
    return losses.sum(), len(losses)


def token_losses(
    causal: Any, inputs: dict[str, torch.Tensor], frozen: FrozenLayers | None = None, *, share_beginnings: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Negative log-likelihood of each learned token, in nats, (learned,), and where they stand: a mask, (batch, length after the beginning that was set apart).

    Arguments are those of `answer_loss`.
    """
    shared = shared_beginning(inputs) if share_beginnings else 0
    hidden = _hidden_states(causal.model, inputs, frozen, shared)
    targets = inputs["labels"][:, shared + 1 :]
    learned = targets != _IGNORED
    return token_costs(causal.lm_head, hidden[:, :-1][learned], targets[learned]), learned


def _hidden_states(decoder: Any, inputs: dict[str, torch.Tensor], frozen: FrozenLayers | None, shared: int) -> torch.Tensor:
    """Of the rows after the beginning they share: (batch, length - shared, width)."""
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    if frozen is not None:
        beginning, rows = frozen(ids, mask, shared=shared)
        decoder = frozen.upper
    else:
        embedded = decoder.embed_tokens(ids)
        beginning, rows = embedded[0, :shared], embedded[:, shared:]
    if shared:
        return decode(decoder, beginning, rows)[1]
    wanted = None if bool(mask.all()) else mask
    hidden: torch.Tensor = decoder(inputs_embeds=rows, attention_mask=wanted, use_cache=False).last_hidden_state
    return hidden
