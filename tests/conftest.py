"""What all tests stand on: an environment of their own, a workspace in a temporary folder, and small real models."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("GOMP_SPINCOUNT", "20000")  # tests run side by side: threads that wait leave the cores to the others

from studio.settings import Settings
from studio.workspace.database import Database
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows

_CHROMIUM = "/usr/bin/chromium"
_CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 20_000  # milliseconds that a page may take beside other tests; Playwright's own 5 s are too few there
EMBEDDED = "smollm2-135m-instruct"
_FOREIGN = (
    "SPACE_ID",
    "SPACE_HOST",
    "SPACE_AUTHOR_NAME",
    "OAUTH_CLIENT_ID",
    "PORT",
    "GRADIO_SERVER_NAME",
    "GRADIO_SERVER_PORT",
    "HF_TOKEN",
    "HF_ENDPOINT",
)


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever a test starts writes into its own folder, and sees no setting of the machine."""
    for name in [*os.environ]:
        if name.startswith("STUDIO_") or name in _FOREIGN:
            monkeypatch.delenv(name)
    home = tmp_path / "studio-home"
    monkeypatch.setenv("STUDIO_HOME", str(home))
    return home


@pytest.fixture
def workspace(own_environment: Path) -> Workspace:
    return Workspace.from_settings(Settings(home=own_environment))


@pytest.fixture
def database(workspace: Workspace) -> Iterator[Database]:
    database = Database(workspace)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def embedded_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded model's folder, unpacked once for all tests."""
    from studio.chat.catalog import find_model, prepare_model

    shared = Workspace.from_settings(Settings(home=tmp_path_factory.mktemp("embedded")))
    return prepare_model(shared, find_model(EMBEDDED))


@pytest.fixture(scope="session")
def tiny_model(embedded_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer Llama with random weights and the embedded model's own tokenizer and template: real parts, in seconds."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("tiny") / EMBEDDED
    folder.mkdir()
    for file in embedded_model.iterdir():
        if file.suffix in {".json", ".jinja"} and file.name not in {"config.json", "digest.json"}:
            shutil.copy(file, folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=2,
        bos_token_id=1,
        pad_token_id=2,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA that changes what the tiny model says, as a training leaves it: the base model's path is one of this machine."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    config = LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    folder = tmp_path_factory.mktemp("adapter")
    get_peft_model(AutoModelForCausalLM.from_pretrained(tiny_model), config).save_pretrained(folder)
    return folder


@pytest.fixture
def tiny_workspace(workspace: Workspace, tiny_model: Path) -> Workspace:
    """A workspace in which the embedded model's name stands for the tiny one, so that everything above runs for real, fast."""
    shutil.copytree(tiny_model, workspace.model(EMBEDDED))
    return workspace


@pytest.fixture
def dataset(workspace: Workspace) -> str:
    """The id of a small dataset in the workspace."""
    return write_dataset(workspace, make_rows(), name="small", source="test").id


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests: Playwright's synchronous interface can be started only once in a process."""
    if not Path(_CHROMIUM).exists():
        pytest.fail("Chromium is missing: run tests/install_system_packages.sh")
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_CHROMIUM_FLAGS))
        yield browser
        browser.close()
