"""What LLaMA-Factory can be told and the studio can not, and why."""

from __future__ import annotations

from collections.abc import Mapping

_OWN_TEMPLATE = "the model's own chat template is used, the same at training, chat and evaluation."
_PACKING = "rows are not packed: batches of rows of a similar length waste as little, and no row can see another."
_MIXING = (
    "rows are chosen, mixed and split on the Data page (or with the commands mix and split), not in the settings of a training."
)
_VALIDATION = "how a training is validated is chosen in the studio; hold_out_phrasings keeps whole phrasings out of it."
_ANSWERS = "answers are what is learned: all of a conversation's, and never a question."
_SPREAD = "how a training is spread over processors is set here: processes, hosts and strategy."
_BASE_STAYS = "an adapter must leave the base model as it is here, because base and tuned share its weights."
_OPTIMIZERS = "this optimizer is not offered here; with LoRA its savings are small."
_TRACKING = "nothing is sent to a tracking service by a settings file; the curves are on the Train page and in the run folder."
_TOKENS = "the vocabulary stays the model's own."
_CODE = "no model brings code of its own here, whatever a file says."
_KERNELS = "this faster path is not used here: only learned tokens go through the head, and layers are fused on a CPU."
_CONTEXT = "the model's context and its attention stay as they are."
_HUB = "a finished adapter is exported and pushed from its run, not by the training."
_QUANTISED = "weights are quantised by bitsandbytes to 4 bit, or not at all."
_FROM_BASE = "every adapter starts from the base model here."
_IMAGES = "rows are text here."

NO_COUNTERPART: Mapping[str, str] = {
    key: reason
    for reason, keys in {
        _OWN_TEMPLATE: ("template", "tool_format", "default_system", "enable_thinking", "reasoning_effort"),
        _PACKING: ("packing", "neat_packing", "padding_free"),
        _MIXING: (
            "max_samples", "mix_strategy", "interleave_probs", "streaming", "buffer_size", "dataset_dir", "tokenized_path",
            "dataset_shards", "disable_shuffling",
        ),
        _VALIDATION: (
            "val_size", "eval_dataset", "eval_strategy", "evaluation_strategy", "eval_steps", "do_eval", "compute_accuracy",
            "per_device_eval_batch_size", "early_stopping_steps", "load_best_model_at_end", "metric_for_best_model",
            "predict_with_generate", "do_predict", "eval_on_start", "eval_on_each_dataset",
        ),
        _ANSWERS: ("train_on_prompt", "mask_history"),
        _SPREAD: ("deepspeed", "fsdp", "fsdp_config", "use_ray", "ray_run_name", "ray_num_workers", "ray_storage_path",
                  "placement_strategy", "resources_per_worker", "ray_init_kwargs", "use_mca", "dataloader_num_workers"),
        _BASE_STAYS: ("pissa_init", "pissa_iter", "pissa_convert", "additional_target", "use_llama_pro", "resize_vocab"),
        "one learning rate serves both matrices of the adapter here.": ("loraplus_lr_ratio", "loraplus_lr_embedding"),
        _OPTIMIZERS: ("use_galore", "use_apollo", "use_badam", "use_muon", "use_adam_mini", "optim_args"),
        _TRACKING: ("report_to", "run_name", "use_swanlab", "swanlab_project", "swanlab_mode", "swanlab_run_name"),
        _TOKENS: ("add_tokens", "add_special_tokens", "new_special_tokens_config", "split_special_tokens"),
        _CODE: ("trust_remote_code",),
        _KERNELS: ("enable_liger_kernel", "use_unsloth", "use_unsloth_gc", "torch_compile", "use_v1_kernels"),
        _CONTEXT: ("rope_scaling", "shift_attn", "mixture_of_depths", "moe_aux_loss_coef", "upcast_layernorm", "upcast_lmhead_output"),
        _HUB: ("push_to_hub", "hub_model_id", "hub_private_repo", "hub_strategy", "export_dir"),
        _QUANTISED: ("quantization_device_map", "fp8", "fp8_backend", "enable_qat"),
        _FROM_BASE: ("adapter_name_or_path", "adapter_folder", "create_new_adapter"),
        _IMAGES: ("image_max_pixels", "video_max_pixels", "freeze_vision_tower", "freeze_multi_modal_projector", "media_dir"),
        "the loss is the negative log-likelihood of the answers.": ("use_dft_loss", "label_smoothing_factor"),
        "the number format is one of bf16, fp16 and fp32 here: dtype.": ("tf32", "infer_dtype"),
        "the model is the revision that lies in this workspace.": ("model_revision", "cache_dir"),
        "a killed or stopped run is resumed from its newest checkpoint on the Train page.": ("resume_from_checkpoint",),
    }.items()
    for key in keys
}  # fmt: skip
"""The reason by LLaMA-Factory's name. A name whose value asks for nothing (false, 0, none) is not mentioned."""

UNKNOWN = "not known here, so without effect. The settings that there are have their help on the Train page."

NEEDLESS = frozenset(
    {
        "stage", "do_train", "finetuning_type", "quantization_method", "overwrite_cache", "preprocessing_num_workers",
        "preprocessing_batch_size", "output_dir", "overwrite_output_dir", "save_only_model", "save_strategy", "plot_loss", "logging_strategy",
        "ddp_timeout", "use_fast_tokenizer", "low_cpu_mem_usage", "include_num_input_tokens_seen", "include_effective_tokens_per_second",
        "ignore_pad_token_for_loss", "data_seed", "use_reentrant_gc", "remove_unused_columns", "logging_first_step", "print_param_status", "use_kv_cache", "hf_hub_token", "dataloader_pin_memory", "save_safetensors",
    }
)  # fmt: skip
"""What is so here anyway, or of no consequence: a run has its folder, its curves and its checkpoints without being told."""
