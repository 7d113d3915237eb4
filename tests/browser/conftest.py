"""Debian's Chromium on a running studio."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from studio.settings import Settings
from studio.workspace.layout import Workspace
from tests.conftest import EMBEDDED
from tests.server import running_app


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A workspace whose embedded model is the tiny one."""
    home = tmp_path_factory.mktemp("browser")
    shutil.copytree(tiny_model, Workspace.from_settings(Settings(home=home)).model(EMBEDDED))
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with running_app(home) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()
