"""Settings as YAML: what is written is read back, and every mistake is one sentence that says where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from studio.errors import BadInput
from studio.training.settings.flat_yaml import MAX_BYTES
from studio.training.settings.presets import PRESETS, Preset, find_preset, nearest_preset
from studio.training.settings.settings_file import read_settings, read_settings_file, settings_yaml
from studio.training.settings.spec import SETTABLE


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_what_is_written_is_read_back(preset: Preset) -> None:
    values = {**preset.values(), "learning_rate": 2e-5, "lora_rank": 64, "use_dora": True, "target_modules": "q_proj,v_proj"}
    text = settings_yaml(values, preset=preset.name, dataset="faq-1")
    loaded = read_settings(text, name="mine.yaml")
    assert (loaded.preset, loaded.values, loaded.dataset) == (preset, values, "faq-1")
    assert loaded.changes == preset.differences(values)
    assert loaded.remarks == ()


def test_a_written_file_names_every_setting_so_that_it_lasts() -> None:
    text = settings_yaml(PRESETS[0].values(), preset=PRESETS[0].name)
    assert set(yaml.safe_load(text)) == SETTABLE | {"preset", "model"}
    assert text.startswith("# ") and "\n# Schedule\n" in text


def test_a_short_file_is_a_preset_and_what_differs_from_it() -> None:
    loaded = read_settings("preset: t4-quarter-hour\nlearning_rate: 2e-5\nlora_rank: 32\n", name="mine.yaml")
    assert loaded.preset.name == "t4-quarter-hour"
    assert loaded.changes == {"learning_rate": 2e-5, "lora_rank": 32}
    assert read_settings("max_steps: 5", name="x").preset is PRESETS[0]


def test_a_model_may_be_named_as_on_the_hub() -> None:
    assert read_settings("model: Qwen/Qwen2-7B-Instruct", name="x").values["model"] == "qwen2-7b-instruct"


def test_the_nearest_preset_is_the_one_with_the_fewest_differences() -> None:
    assert nearest_preset({**find_preset("gpu-24gb").values(), "lora_rank": 8}).name == "gpu-24gb"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no settings"),
        ("- a\n- b\n", "holds no settings"),
        ("just words", "holds no settings"),
        ("lora_rank: 8\nlearning_rate: [1", r"no YAML: .*\(line 2\)"),
        ("lora_rank: 8\n\tlearning_rate: 1", r"no YAML: .*\(line 2\)"),
        ("a: 1\n---\nb: 2\n", r"no YAML: .*\(line 2\)"),
        ("a: \x00", "no YAML"),
        ("lora_rank: !!python/object/apply:os.system [ls]", "no YAML: could not determine a constructor"),
        ("a: &x [1]\nb: *x\n", r"uses a reference, \*x \(line 2\)"),
        ("lora_rank: 8\nseed: 1\nlora_rank: 16\n", r"says lora_rank twice \(line 3\)"),
        ("lora_rnk: 8", r"no training setting 'lora_rnk'\. Did you mean lora_rank\?"),
        ("zzzz: 8", r"no training setting 'zzzz'\. Known: adam_beta1"),
        ("job: evil", "no training setting 'job'"),
        ("learning_rate: 10", "learning_rate = 10 can't be used: it should be less than or equal to 0.05"),
        ("learning_rate: .nan", "learning_rate = nan can't be used"),
        ("lora_rank: eight", "lora_rank = 'eight' can't be used: it should be a valid integer"),
        ("lora_rank:", "lora_rank = None can't be used"),
        ("lora_rank: {a: 1}", "lora_rank = .* can't be used"),
        ("lr_scheduler_type: sometimes", "'cosine'"),
        ("max_steps: 0", "max_steps 0 trains nothing"),
        ("preset: fastest", "no preset 'fastest'"),
        ("model: gpt-5", "no model 'gpt-5'"),
        ("max_steps: 2024-13-45", "can't be read as a value"),
        ("a: " + "[" * 20_000, "full of brackets"),
        ("- " * 5_000, "can't be read as a value"),
        ("seed: 1\n" * MAX_BYTES, "over 64 KB"),
    ],
)
def test_a_file_that_can_not_be_used_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read_settings(text, name="mine.yaml")
    message = caught.value.message
    assert "\n" not in message and len(message) < 900 and "Traceback" not in message


@pytest.mark.parametrize("what", ["missing", "folder", "large", "binary"])
def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "mine.yaml"
    if what == "folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes(b"\xff\xfe\x00a" if what == "binary" else b"#" * (MAX_BYTES + 1))
    with pytest.raises(BadInput, match=r"mine\.yaml") as caught:
        read_settings_file(path)
    assert "\n" not in caught.value.message


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes("\ufefflora_rank: 8\n".encode())
    assert read_settings_file(path).changes == {"lora_rank": 8}


LLAMAFACTORY: dict[str, Any] = {
    "model_name_or_path": "Qwen/Qwen2-7B-Instruct", "trust_remote_code": True, "quantization_bit": 4, "quantization_method": "bnb",
    "stage": "sft", "do_train": True, "finetuning_type": "lora", "lora_rank": 8, "lora_target": "all",
    "dataset": "identity,alpaca_en_demo", "template": "qwen", "cutoff_len": 2048, "max_samples": 1000, "overwrite_cache": True,
    "preprocessing_num_workers": 16, "output_dir": "saves/qwen", "logging_steps": 10, "save_steps": 500, "plot_loss": True,
    "overwrite_output_dir": True, "per_device_train_batch_size": 1, "gradient_accumulation_steps": 8, "learning_rate": 1.0e-4,
    "num_train_epochs": 3.0, "lr_scheduler_type": "cosine", "warmup_ratio": 0.1, "fp16": True, "ddp_timeout": 180000000,
    "flash_attn": "sdpa", "neftune_noise_alpha": 5, "val_size": 0.1, "packing": True, "deepspeed": "ds_z2.json", "report_to": "none",
}  # fmt: skip


def loaded_from(**changes: Any) -> Any:
    return read_settings(yaml.safe_dump({**LLAMAFACTORY, **changes}), name="lf.yaml")


def reason(loaded: Any, key: str) -> str:
    """The sentence that says why a name has no effect; empty where none does."""
    return next((one for one in loaded.remarks[1:] if key in one.partition(": ")[0].split(", ")), "")


def test_a_llamafactory_file_is_read_in_the_studios_words() -> None:
    loaded = loaded_from()
    expected = {
        "model": "qwen2-7b-instruct", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True,
        "lora_rank": 8, "lora_alpha": 16, "target_modules": "all-linear", "max_length": 2048, "logging_steps": 10, "save_steps": 500,
        "per_device_train_batch_size": 1, "gradient_accumulation_steps": 8, "learning_rate": 1e-4, "num_train_epochs": 3.0,
        "lr_scheduler_type": "cosine", "warmup_fraction": 0.1, "dtype": "float16", "attention": "sdpa", "neftune_noise_alpha": 5.0,
        "gradient_checkpointing": True,
    }  # fmt: skip
    assert {name: loaded.values[name] for name in expected} == expected
    ours_alone = (
        "frozen_fraction", "rows_per_answer", "least_rows_per_answer", "whole_answer_rows", "spliced_copies", "known_below", "max_minutes",
    )  # fmt: skip
    assert all(loaded.values[name] == 0 for name in ours_alone), "the studio's own recipe crept in"


def test_it_says_what_was_taken_and_why_the_rest_was_not() -> None:
    loaded = loaded_from()
    taken = loaded.remarks[0]
    assert taken.startswith("Taken: ") and "cutoff_len (here max_length)" in taken and "learning_rate" in taken
    for key in ("template", "packing", "val_size", "deepspeed", "max_samples", "trust_remote_code"):
        assert reason(loaded, key).endswith("."), key
    assert "identity, alpaca_en_demo" in reason(loaded, "dataset")
    mentioned = " ".join(loaded.remarks)
    for key in ("output_dir", "plot_loss", "report_to", "stage"):
        assert key not in mentioned, "what is so anyway needs no words"
    assert reason(loaded_from(frobnicate=3), "frobnicate").startswith("frobnicate: not known here")


@pytest.mark.parametrize(
    ("changes", "setting", "value"),
    [
        ({"lora_alpha": 7}, "lora_alpha", 7),
        ({"lora_target": "q_proj, v_proj"}, "target_modules", "q_proj,v_proj"),
        ({"lora_target": ["q_proj", "v_proj"]}, "target_modules", "q_proj,v_proj"),
        ({"flash_attn": "fa2"}, "attention", "flash_attention_2"),
        ({"flash_attn": "disabled"}, "attention", "eager"),
        ({"flash_attn": "auto"}, "attention", "sdpa"),
        ({"fp16": False, "bf16": True}, "dtype", "bfloat16"),
        ({"fp16": False}, "dtype", "auto"),
        ({"double_quantization": False}, "bnb_4bit_use_double_quant", False),
        ({"quantization_bit": None}, "load_in_4bit", False),
        ({"disable_gradient_checkpointing": True}, "gradient_checkpointing", False),
        ({"optim": "adamw_bnb_8bit"}, "optim", "adamw_8bit"),
        ({"save_total_limit": 1}, "save_total_limit", 2),
        ({"warmup_ratio": None, "warmup_steps": 20, "max_steps": 100}, "warmup_fraction", 0.2),
        ({"lr_scheduler_type": "cosine_with_min_lr", "lr_scheduler_kwargs": {"min_lr_rate": 0.1}}, "min_lr_ratio", 0.1),
        ({"model_name_or_path": "/models/Qwen2-7B-Instruct"}, "model", "qwen2-7b-instruct"),
    ],
)
def test_a_name_of_llamafactory_has_its_counterpart(changes: dict[str, Any], setting: str, value: Any) -> None:
    assert loaded_from(**changes).values[setting] == value


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"model_name_or_path": "meta-llama/Meta-Llama-3-8B-Instruct"}, "model_name_or_path", "none of the models here"),
        ({"quantization_bit": 8}, "quantization_bit", "8 bit is not offered"),
        ({"quantization_method": "hqq"}, "quantization_method", "not those of hqq"),
        ({"pissa_init": True}, "pissa_init", "leave the base model as it is"),
        ({"loraplus_lr_ratio": 16.0}, "loraplus_lr_ratio", "one learning rate"),
        ({"use_galore": True}, "use_galore", "optimizer"),
        ({"optim": "lomo"}, "optim", "adamw_torch"),
        ({"lr_scheduler_type": "polynomial"}, "lr_scheduler_type", "cosine"),
        ({"warmup_ratio": None, "warmup_steps": 20}, "warmup_steps", "set warmup_fraction"),
        ({"flash_attn": "fa3"}, "flash_attn", "attention is sdpa"),
        ({"adapter_name_or_path": "saves/x"}, "adapter_name_or_path", "starts from the base"),
        ({"resources_per_worker": {"GPU": 1}}, "resources_per_worker", "processes"),
    ],
)
def test_what_has_no_counterpart_is_said(changes: dict[str, Any], key: str, words: str) -> None:
    assert words in reason(loaded_from(**changes), key)


@pytest.mark.parametrize("key", ["pissa_init", "use_galore", "packing", "val_size", "deepspeed"])
@pytest.mark.parametrize("value", [False, None, 0])
def test_what_asks_for_nothing_needs_no_words(key: str, value: Any) -> None:
    assert reason(loaded_from(**{key: value}), key) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": "dpo"}, "lf.yaml: stage is dpo"),
        ({"finetuning_type": "full"}, "lf.yaml: finetuning_type is full"),
        ({"cutoff_len": 1_000_000}, "In the file it is cutoff_len"),
        ({"learning_rate": 10}, "learning_rate = 10"),
        ({"lora_rank": "many"}, "lora_rank = 'many'"),
    ],
)
def test_a_llamafactory_file_that_can_not_be_used_is_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        loaded_from(**changes)
    assert "\n" not in caught.value.message
