"""The app as a Space starts it, with the variables that a Space sets."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.server import running_app

SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "ada/studio",
    "SPACE_AUTHOR_NAME": "ada",
    "SPACE_HOST": "ada-studio.hf.space",
    "GRADIO_SERVER_NAME": "127.0.0.1",
}
SIGN_IN = {
    "OAUTH_CLIENT_ID": "id",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "http://127.0.0.1:9",
}


@pytest.mark.parametrize("oauth", [False, True])
def test_the_app_starts_unchanged_and_offers_the_sign_in_where_there_is_one(tmp_path: Path, oauth: bool) -> None:
    with running_app(tmp_path, **SPACE, **(SIGN_IN if oauth else {})) as url:
        for path in ("", "data", "train", "arena", "dashboard", "share"):
            assert httpx.get(f"{url}/{path}", timeout=30).status_code == 200
        assert ("Sign in with Hugging Face" in httpx.get(f"{url}/config", timeout=30).text) is oauth


def test_a_space_may_be_framed_by_hugging_face_and_by_nobody_else(tmp_path: Path) -> None:
    with running_app(tmp_path, **SPACE) as url:
        policy = httpx.get(url, timeout=30).headers["content-security-policy"]
        assert policy == "frame-ancestors 'self' https://huggingface.co"
