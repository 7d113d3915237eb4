"""LLaMA-Factory's settings of a supervised fine-tuning in the studio's words.

Its names and defaults are those of its `hparams` (0.9.5) and of transformers' TrainingArguments. What it has and the studio has not is
said in a sentence each (`llamafactory_left`), never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.chat.catalog import CATALOG
from studio.errors import BadInput
from studio.training.settings.llamafactory_left import NEEDLESS, NO_COUNTERPART, UNKNOWN
from studio.training.settings.spec import ALL_LINEAR, TrainSpec

_HALLMARKS = frozenset(
    {"model_name_or_path", "stage", "finetuning_type", "template", "cutoff_len", "lora_target", "quantization_bit", "do_train"}
)
_DEFAULTS: Mapping[str, Any] = {
    "lora_rank": 8,
    "max_length": 2048,
    "learning_rate": 5e-5,
    "lr_scheduler_type": "linear",
    "warmup_fraction": 0.0,
    "num_train_epochs": 3.0,
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 1,
    "gradient_checkpointing": True,
}
"""What LLaMA-Factory takes where its file is silent, and the studio would take something else for what is learned."""

_SAME: Mapping[str, str] = {
    "cutoff_len": "max_length",
    "warmup_ratio": "warmup_fraction",
    "quantization_type": "bnb_4bit_quant_type",
    "double_quantization": "bnb_4bit_use_double_quant",
    **{
        name: name
        for name in (
            "lora_rank", "lora_dropout", "use_rslora", "use_dora", "learning_rate", "num_train_epochs", "max_steps",
            "per_device_train_batch_size", "gradient_accumulation_steps", "weight_decay", "max_grad_norm", "adam_beta1", "adam_beta2",
            "adam_epsilon", "neftune_noise_alpha", "gradient_checkpointing", "group_by_length", "logging_steps", "save_steps", "seed",
        )
    },
}  # fmt: skip
"""Names whose value means the same here, and the setting it goes to."""

_OPTIMIZERS: Mapping[str, str] = {"adamw_bnb_8bit": "adamw_8bit"}
_ATTENTION: Mapping[str, str] = {"auto": "sdpa", "sdpa": "sdpa", "disabled": "eager", "off": "eager", "fa2": "flash_attention_2"}
_ADAPTER_ONLY = "{name}: finetuning_type is {value}, and the studio trains LoRA adapters only. Set it to lora, or train it with LLaMA-Factory."
_LONGEST_NAME = 80  # characters, of a name in a sentence
_SFT_ONLY = "{name}: stage is {value}, and only files of supervised fine-tuning (stage: sft) can be loaded here."


@dataclass
class Translation:
    """A file in the studio's words, while it is made."""

    settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """What the file calls a setting."""
    left: dict[str, list[str]] = field(default_factory=dict)
    """Names of the file by the reason why they have no effect here."""

    def take(self, key: str, setting: str, value: Any) -> None:
        """The file's `key` becomes `setting`."""
        self.settings[setting] = value
        self.sources[setting] = key

    def leave(self, key: str, reason: str) -> None:
        """The file's `key` has no effect, or another than there."""
        self.left.setdefault(reason, []).append(" ".join(key.split())[:_LONGEST_NAME])

    def sentences(self) -> tuple[str, ...]:
        """What was taken, in one sentence, and what was not, in one for each reason."""
        taken = [key if key == setting else f"{key} (here {setting})" for setting, key in self.sources.items()]
        first = f"Taken: {', '.join(taken)}." if taken else "Nothing in the file has a counterpart here."
        return (first, *(f"{', '.join(keys)}: {reason}" for reason, keys in self.left.items()))


def is_llamafactory(values: Mapping[str, Any]) -> bool:
    """Whether these are LLaMA-Factory's names."""
    return any(key in _HALLMARKS for key in values)


def translate(values: Mapping[str, Any], *, name: str) -> Translation:
    """The settings of a file of LLaMA-Factory; those of a name that is not known stay what they are there by default.

    Raises:
        BadInput: it is no supervised fine-tuning of a LoRA.
    """
    stage, kind = str(values.get("stage") or "sft"), str(values.get("finetuning_type") or "lora")
    if stage != "sft":
        raise BadInput(_SFT_ONLY.format(name=name, value=stage[:40]))
    if kind != "lora":
        raise BadInput(_ADAPTER_ONLY.format(name=name, value=kind[:40]))
    rank = values.get("lora_rank") or _DEFAULTS["lora_rank"]
    alpha = rank * 2 if isinstance(rank, int) else TrainSpec.model_fields["lora_alpha"].default
    translation = Translation({**_DEFAULTS, "lora_alpha": alpha})
    for key, value in values.items():
        if value is None:
            continue
        if key in _SAME:
            translation.take(key, _SAME[key], value)
        elif key in _CONVERTED:
            _CONVERTED[key](translation, key, value, values)
        elif key not in NEEDLESS and not _asks_nothing(value):
            translation.leave(key, NO_COUNTERPART.get(key, UNKNOWN))
    return translation


def _asks_nothing(value: Any) -> bool:
    return value in (False, 0, "none", "None", "")


def _model(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    wanted = str(value).rstrip("/").lower()
    for model in CATALOG:
        hub_id = model.hub_id.lower()
        if wanted in {model.name, hub_id} or wanted.rpartition("/")[2] == hub_id.rpartition("/")[2]:
            translation.take(key, "model", model.name)
            return
    known = ", ".join(model.hub_id for model in CATALOG)
    translation.leave(
        key, f"{str(value)[:80]} is none of the models here ({known}). The smallest is chosen until you choose another."
    )


def _alpha(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    if value:
        translation.take(key, "lora_alpha", value)


def _targets(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    names = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    translation.take(key, "target_modules", ALL_LINEAR if names.strip() == "all" else names)


def _bits(translation: Translation, key: str, value: Any, values: Mapping[str, Any]) -> None:
    method = str(values.get("quantization_method", "bnb"))
    if value != 4:
        translation.leave(
            key,
            f"{str(value)[:40]} bit is not offered here, so the weights keep their number format; load_in_4bit is the choice.",
        )
        return
    translation.take(key, "load_in_4bit", True)
    if method not in {"bnb", "bitsandbytes"}:
        translation.leave("quantization_method", f"the 4 bit weights are bitsandbytes' here, not those of {method[:40]}.")


def _attention(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    word = "disabled" if value is False else str(value)  # YAML reads off and no as false
    if word in _ATTENTION:
        translation.take(key, "attention", _ATTENTION[word])
    else:
        translation.leave(key, f"{word[:40]} is not offered here; attention is sdpa.")


def _bf16(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    if value is True:
        translation.take(key, "dtype", "bfloat16")


def _fp16(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    if value is True:
        translation.take(key, "dtype", "float16")


def _scheduler(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    if value == "cosine_with_min_lr":
        translation.take(key, "lr_scheduler_type", "cosine")
    elif value in _choices("lr_scheduler_type"):
        translation.take(key, "lr_scheduler_type", value)
    else:
        translation.take(key, "lr_scheduler_type", "cosine")
        translation.leave(key, f"{str(value)[:40]} is not offered here; the learning rate falls as a cosine.")


def _scheduler_extras(translation: Translation, key: str, value: Any, values: Mapping[str, Any]) -> None:
    lowest = value.get("min_lr_rate") if isinstance(value, dict) else None
    if values.get("lr_scheduler_type") == "cosine_with_min_lr" and lowest is not None:
        translation.take(key, "min_lr_ratio", lowest)
    elif value:
        translation.leave(
            key, "of a schedule's own settings only min_lr_rate of cosine_with_min_lr has a counterpart: min_lr_ratio."
        )


def _warmup_steps(translation: Translation, key: str, value: Any, values: Mapping[str, Any]) -> None:
    steps = values.get("max_steps")
    if isinstance(value, float) and value < 1:
        translation.take(key, "warmup_fraction", value)
    elif isinstance(steps, int) and isinstance(value, int) and 0 <= value < steps:
        translation.take(key, "warmup_fraction", round(value / steps, 6))
    elif value:
        translation.leave(key, "the warm-up is a part of all steps here: set warmup_fraction.")


def _optimizer(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    wanted = _OPTIMIZERS.get(str(value), str(value))
    if wanted in _choices("optim"):
        translation.take(key, "optim", wanted)
    else:
        translation.leave(key, f"{wanted[:40]} is not offered here; the optimizer is adamw_torch.")


def _no_checkpointing(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    translation.take(key, "gradient_checkpointing", not value)


def _total_limit(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    if value == 1:
        translation.take(key, "save_total_limit", 2)
        translation.leave(key, "two checkpoints are kept at least, in case writing the last one is cut short.")
    else:
        translation.take(key, "save_total_limit", value)


def _datasets(translation: Translation, key: str, value: Any, _: Mapping[str, Any]) -> None:
    names = ", ".join(map(str, value)) if isinstance(value, list) else str(value).replace(",", ", ")
    translation.leave(
        key, f"{names[:200]} stands in LLaMA-Factory's dataset_info.json. Import it on the Data page, then choose it here."
    )


def _choices(setting: str) -> tuple[str, ...]:
    return tuple(TrainSpec.model_json_schema()["properties"][setting]["enum"])


_Converter = Callable[[Translation, str, Any, Mapping[str, Any]], None]
_CONVERTED: Mapping[str, _Converter] = {
    "model_name_or_path": _model,
    "lora_alpha": _alpha,
    "lora_target": _targets,
    "quantization_bit": _bits,
    "flash_attn": _attention,
    "bf16": _bf16,
    "pure_bf16": _bf16,
    "fp16": _fp16,
    "lr_scheduler_type": _scheduler,
    "lr_scheduler_kwargs": _scheduler_extras,
    "warmup_steps": _warmup_steps,
    "optim": _optimizer,
    "disable_gradient_checkpointing": _no_checkpointing,
    "save_total_limit": _total_limit,
    "dataset": _datasets,
}
