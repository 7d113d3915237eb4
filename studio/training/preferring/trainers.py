"""TRL's DPOTrainer and KTOTrainer, with rows from our renderer, the reference scored once, and the rewards that the curves need.

**The reference.** Both methods hold the model against what it was at the start. TRL keeps that as a second adapter (`ref`), which a CPU pays for with
the memory of another adapter in fp32 and with a second forward pass in every step. But before the first step the model *is* the reference: each row's
log-probabilities are computed once then, two numbers a row, and the second adapter is removed. A run that is resumed scores them again before it takes up
its checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from torch.utils.data import DataLoader
from trl import DPOTrainer, KTOTrainer

from studio.training.divergence import check_weights
from studio.training.learning.sampler import LengthGroupedSampler
from studio.training.running.callbacks import RunEvents

_IGNORED = -100
_REFERENCE = "ref"  # TRL's name of the adapter that it keeps as the reference
_REWARDS: Mapping[str, str] = {
    "rewards/chosen": "reward_chosen",
    "rewards/rejected": "reward_rejected",
    "rewards/margins": "reward_margin",
    "rewards/accuracies": "reward_accuracy",
}
"""TRL's names of what is logged, and those of a metric event."""

LOGGED: Mapping[str, str] = {name: logged for logged, name in _REWARDS.items()}
"""By its name in a metric event, what TRL logs it as."""


class PreferenceEvents(RunEvents):
    """As of a fine-tuning, with the rewards in place of the perplexity, which the loss of pairs is not the logarithm of."""

    def said_beside(self, loss: float, logs: dict[str, float]) -> dict[str, float]:
        """Rewards of good and of bad answers, how far apart they are, and the share on the right side; of a step that had both."""
        return {name: round(float(logs[logged]), 5) for logged, name in _REWARDS.items() if logged in logs}


class _Scored:
    """What both trainers have in common; goes before TRL's own class."""

    model: Any
    args: Any
    state: Any
    accelerator: Any
    train_dataset: Any
    data_collator: Any
    precompute_ref_logps: bool
    _prepare_inputs: Callable[[Any], dict[str, Tensor]]
    compute_loss_context_manager: Callable[[], Any]

    def forget_copy(self) -> None:
        """Remove the copy of the start that TRL has made, before anything is done to the model's layers."""
        causal = self.accelerator.unwrap_model(self.model)
        if _REFERENCE in causal.peft_config:
            causal.delete_adapter(_REFERENCE)

    def score_reference(self, told: Callable[[int, int], None]) -> None:
        """Compute what the model, which has learned nothing yet, gives each row, and keep it beside the row. `told` hears how many batches are done, and of how many."""
        batches = DataLoader(self.train_dataset, batch_size=self.args.per_device_train_batch_size, collate_fn=self.data_collator)
        columns: dict[str, list[float]] = {}
        self.model.eval()
        for done, inputs in enumerate(batches, start=1):
            with torch.no_grad(), self.compute_loss_context_manager():
                scored = self._score(self._prepare_inputs(inputs))
            for name, values in scored.items():
                columns.setdefault(name, []).extend(values.float().tolist())
            told(done, len(batches))
        for name, scores in columns.items():
            self.train_dataset = self.train_dataset.add_column(name, scores)
        self.precompute_ref_logps = True

    def _score(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """The reference's columns of a batch, by TRL's names."""
        raise NotImplementedError

    def _log_probabilities(self, inputs: dict[str, Tensor], prefix: str = "") -> Tensor:
        """Of each row's answer, summed over its tokens, in nats."""
        ids, answer = inputs[f"{prefix}input_ids"], inputs[f"{prefix}completion_mask"]
        labels = ids.masked_fill(answer == 0, _IGNORED)
        given = self.model(
            input_ids=ids, attention_mask=inputs[f"{prefix}attention_mask"], labels=labels, use_cache=False, fused_lm_head=True
        )
        total: Tensor = given.log_probs.sum(-1)
        return total

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        """The rows come rendered."""
        return dataset

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """As TRL saves, but never weights that are no numbers.

        Raises:
            Diverged: they are none.
        """
        check_weights(self.model, self.args, self.state.global_step)
        super()._save_checkpoint(model, trial)  # type: ignore[misc]

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Not counted: nobody reads the sum."""
        return 0


class PairTrainer(_Scored, DPOTrainer):
    """DPO over pairs, batches of a similar length.

    Args:
        lengths: tokens of each row's longer conversation.
    """

    def __init__(self, *, lengths: list[int], **options: Any) -> None:
        self._lengths = lengths
        super().__init__(**options)

    def _score(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        chosen, rejected = self._log_probabilities(inputs).chunk(2)
        return {"ref_chosen_logps": chosen, "ref_rejected_logps": rejected}

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> Any:
        batch = self.args.train_batch_size * self.accelerator.num_processes
        return LengthGroupedSampler(self._lengths, batch_size=batch, seed=self.args.data_seed)


class AnswerTrainer(_Scored, KTOTrainer):
    """KTO over single answers, which also counts those on the right side: good ones above, bad ones below its reference point."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._given: Tensor | None = None
        self.model.register_forward_hook(self._remember)

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **options: Any) -> Any:
        """KTO's loss as TRL computes it."""
        loss = super().compute_loss(model, inputs, *args, **options)
        if self.model.training and self._given is not None:
            metrics = self._metrics["train"]
            above = self._given - inputs["ref_logps"].to(self._given.device) > metrics["kl"][-1]
            right = above == inputs["label"].to(above.device)
            metrics["rewards/accuracies"].append(right.float().mean().item())
        return loss

    def _remember(self, module: Any, given: Any, output: Any) -> None:
        """The log-probabilities of the pass that is learned from: TRL keeps no row's by itself. Those of the wrong answers come without gradients."""
        if torch.is_grad_enabled() and getattr(output, "log_probs", None) is not None:
            self._given = output.log_probs.detach().sum(-1)

    def _score(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        scored = {"ref_logps": self._log_probabilities(inputs)}
        if self.calculate_KL:
            scored["ref_KL_logps"] = self._log_probabilities(inputs, "KL_")
        return scored
