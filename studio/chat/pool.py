"""The models that this process holds in memory: each loaded once, on first use, and shared by everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from studio.chat.catalog import find_model, prepare_model
from studio.chat.endpoint import EndpointModel, is_endpoint
from studio.chat.messages import ChatModel
from studio.workspace.layout import Workspace


@dataclass
class ModelPool:
    """Loaded models by name. The lock makes a second visitor wait for the first one's load instead of loading again."""

    workspace: Workspace
    _models: dict[str, ChatModel] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, *, announce: Callable[[str], None] = lambda _: None) -> ChatModel:
        """The model, loaded if need be.

        Raises:
            NotFound: there is no model of that name.
            EngineError: its weights can't be had or loaded.
        """
        with self._lock:
            if name not in self._models:
                self._models[name] = self._open(name, announce)
            return self._models[name]

    def holds(self, name: str) -> bool:
        """Whether the model is in memory already."""
        return name in self._models

    def _open(self, name: str, announce: Callable[[str], None]) -> ChatModel:
        if is_endpoint(name):
            return EndpointModel.from_name(name)
        folder = prepare_model(self.workspace, find_model(name), announce=announce)
        announce("Loading the model")
        from studio.chat.transformers_engine import TransformersModel

        return TransformersModel(folder)
