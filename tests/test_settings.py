"""What the environment decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.settings import load_settings


def test_a_studio_is_private_on_loopback_and_public_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().public
    monkeypatch.setenv("STUDIO_HOST", "0.0.0.0")
    assert load_settings().public


def test_a_space_is_public_and_its_author_operates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "ada/studio")
    monkeypatch.setenv("SPACE_AUTHOR_NAME", "Ada")
    monkeypatch.setenv("SPACE_HOST", "ada-studio.hf.space")
    monkeypatch.setenv("STUDIO_OPERATORS", "bob, Eve")
    settings = load_settings()
    assert settings.public and not settings.oauth
    assert settings.operators == {"ada", "bob", "eve"}
    assert settings.base_url == "https://ada-studio.hf.space"
    monkeypatch.setenv("OAUTH_CLIENT_ID", "id")
    assert load_settings().oauth


def test_public_mode_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PUBLIC", "1")
    assert load_settings().public


def test_the_workspace_is_where_studio_home_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    assert load_settings().workspace_home == tmp_path.resolve()
    monkeypatch.setenv("STUDIO_HOME", "")
    assert load_settings().workspace_home.name == ".studio"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("PORT", "0"), ("STUDIO_OPERATOR_KEY", "short"), ("STUDIO_PUBLIC", "x")]
)
def test_a_value_that_can_not_be_used_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match="cannot be used") as caught:
        load_settings()
    assert name.removeprefix("STUDIO_") in caught.value.message
