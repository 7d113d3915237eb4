"""The embedded engine: transformers and PEFT in this process, on CPU or GPU.

One base model in memory serves everyone. All requests of a call go through one forward pass a step, with the LoRA on for some rows and
off for others (`mixing`; PEFT's own `adapter_names` where several adapters meet), so that a battle's two sides cost little more than one.
Where the folder of an "adapter" holds a whole model, that one is loaded beside the base and answers its rows in step with it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from studio.chat.catalog import weights_digest
from studio.chat.loading import Device, load_base, pick_device
from studio.chat.messages import Decoding, Delta, Request
from studio.chat.mixing import adapter_for_rows
from studio.chat.render import render_prompt
from studio.chat.streaming import BatchStreamer, Cancelled, Detokenizer, in_step, push_all
from studio.chat.tokenizer import load_tokenizer
from studio.errors import EngineError, NotFound

_BASE = "__base__"  # PEFT's own name for "no adapter" in a mixed batch


class TransformersModel:
    """A `ChatModel` on local weights. Calls from several threads wait for each other."""

    def __init__(self, folder: Path, *, device: Device | None = None, four_bit: bool = False) -> None:
        self._folder = folder
        self._device = device or pick_device()
        self._tokenizer = load_tokenizer(folder)
        self._model: Any = load_base(folder, self._device, four_bit=four_bit).eval()
        self._adapters: dict[tuple[str, int], str] = {}
        self._whole: dict[str, TransformersModel] = {}
        self._lock = threading.Lock()
        self._end_tokens = end_tokens(self._model, self._tokenizer)

    def digest(self, adapter: str | None = None) -> str:
        """SHA-256 over the weights that answer."""
        if adapter is not None and is_whole_model(Path(adapter)):
            return weights_digest(Path(adapter))
        base = weights_digest(self._folder)
        return base if adapter is None else f"{base[:32]}{weights_digest(Path(adapter))[:32]}"

    def stream(self, requests: Sequence[Request], decoding: Decoding) -> Iterator[Sequence[Delta]]:
        """See `ChatModel.stream`.

        Raises:
            BadInput: a message is longer than the model's context.
            NotFound: an adapter's folder does not exist.
            EngineError: the model failed while answering.
        """
        answering: dict[str | None, list[int]] = defaultdict(list)
        for row, request in enumerate(requests):
            whole = request.adapter is not None and is_whole_model(Path(request.adapter))
            answering[request.adapter if whole else None].append(row)
        # Always in this order: a stream holds its model's lock, and two that took locks crosswise would wait for each other for good.
        models = {folder: self._whole_model(folder) for folder in sorted(answering, key=lambda folder: folder or "")}
        parts = {folder: [_for_model(requests[row], folder) for row in answering[folder]] for folder in models}
        return in_step([(answering[folder], model._stream(parts[folder], decoding)) for folder, model in models.items()])

    def _stream(self, requests: Sequence[Request], decoding: Decoding) -> Iterator[Sequence[Delta]]:
        with self._lock:
            names = [self._adapter_name(request.adapter) for request in requests]
            inputs = self._encode(requests, decoding)
            detokenizers = [Detokenizer(self._tokenizer, self._end_tokens) for _ in requests]
            streamer, cancel = BatchStreamer(), threading.Event()
            thread = threading.Thread(target=self._generate, args=(inputs, names, decoding, streamer, cancel), daemon=True)
            thread.start()
            try:
                for tokens in streamer:
                    yield push_all(detokenizers, tokens)
            finally:
                cancel.set()
                thread.join()

    def _encode(self, requests: Sequence[Request], decoding: Decoding) -> Any:
        room = self._model.config.max_position_embeddings - decoding.max_new_tokens
        prompts = [render_prompt(self._tokenizer, request.messages, max_tokens=room) for request in requests]
        padded = self._tokenizer.pad({"input_ids": prompts}, padding=True, return_tensors="pt")
        return padded.to(self._model.device)

    def _generate(
        self, inputs: Any, names: list[str], decoding: Decoding, streamer: BatchStreamer, cancel: threading.Event
    ) -> None:
        try:
            with torch.inference_mode(), self._adapters_for(names) as mixed:
                if decoding.temperature > 0:
                    torch.manual_seed(decoding.seed)
                self._model.generate(
                    **inputs,
                    **mixed,
                    **_sampling(decoding),
                    max_new_tokens=decoding.max_new_tokens,
                    repetition_penalty=decoding.repetition_penalty,
                    eos_token_id=sorted(self._end_tokens),
                    pad_token_id=self._tokenizer.pad_token_id,
                    streamer=streamer,
                    stopping_criteria=[Cancelled(cancel)],
                )
        except Exception as error:  # the reader's thread must learn of it, whatever it is
            streamer.fail(EngineError(f"The model failed while answering: {error}"))

    @contextmanager
    def _adapters_for(self, names: list[str]) -> Iterator[dict[str, Any]]:
        """A context that yields `generate`'s extra arguments for these rows, the cheapest way for each mixture."""
        tuned = sorted(set(names) - {_BASE})
        if not isinstance(self._model, PeftModel):
            yield {}
        elif not tuned:
            with self._model.disable_adapter():
                yield {}
        elif len(tuned) > 1:
            yield {"adapter_names": names}
        else:
            with adapter_for_rows(self._model, tuned[0], [name != _BASE for name in names]):
                yield {}

    def _adapter_name(self, adapter: str | None) -> str:
        if adapter is None:
            return _BASE
        folder = Path(adapter)
        if not (folder / "adapter_config.json").exists():
            raise NotFound(f"There is no adapter in {folder.parent.name}/{folder.name}: the run kept none, or was deleted.")
        key = (adapter, _written(folder))
        if key not in self._adapters:
            name = f"adapter_{len(self._adapters)}"
            if isinstance(self._model, PeftModel):
                self._model.load_adapter(folder, adapter_name=name)
            else:
                self._model = PeftModel.from_pretrained(self._model, folder, adapter_name=name).eval()
            self._adapters[key] = name
        return self._adapters[key]

    def _whole_model(self, folder: str | None) -> TransformersModel:
        if folder is None:
            return self
        with self._lock:
            if folder not in self._whole:
                self._whole[folder] = TransformersModel(Path(folder), device=self._device)
            return self._whole[folder]


def is_whole_model(folder: Path) -> bool:
    """Whether the folder holds all weights of a model, and not those of an adapter alone."""
    return (folder / "config.json").exists() and not (folder / "adapter_config.json").exists()


def _for_model(request: Request, folder: str | None) -> Request:
    return request if folder is None else Request(request.messages)


def _written(folder: Path) -> int:
    """When the adapter's weights were written: a run that was resumed has others in the same folder."""
    return max((file.stat().st_mtime_ns for file in folder.glob("*.safetensors")), default=0)


def _sampling(decoding: Decoding) -> dict[str, Any]:
    if decoding.temperature <= 0:
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    return {"do_sample": True, "temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": None}


def end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """The tokens that end an answer: those of the model's generation settings, and the tokenizer's own."""
    configured = model.generation_config.eos_token_id
    listed = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in [*listed, tokenizer.eos_token_id] if token is not None)
