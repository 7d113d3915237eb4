"""Everything the environment decides. The only module that reads environment variables.

| variable               | meaning                                                            | default                |
|------------------------|--------------------------------------------------------------------|------------------------|
| STUDIO_HOME            | the workspace folder                                               | `.studio`              |
| STUDIO_DATABASE_URL    | SQLAlchemy URL of the database                                     | SQLite in STUDIO_HOME  |
| STUDIO_PUBLIC          | visitors may only chat, vote and read                              | off on loopback        |
| STUDIO_OPERATORS       | Hugging Face user names who may operate, comma separated           | the Space's owner      |
| STUDIO_OPERATOR_KEY    | a secret of 16 characters or more that signs an operator in        | none                   |
| STUDIO_URL             | the address people reach the app at, for share links               | from host and port     |
| STUDIO_MAX_UPLOAD_MB   | largest file that may be imported                                  | 100                    |
| STUDIO_MODEL           | the model that the pages open with                                 | the embedded model     |
| STUDIO_TEACHER         | the model that writes rows from manuals, as URL#MODEL              | none                   |
| STUDIO_TEACHER_KEY     | its key; sent to that address and no other                         | none                   |
| STUDIO_HOST, PORT      | where the app listens                                              | 127.0.0.1, 7860        |
| STUDIO_REMOTE_SHELL    | how a training's processes are started on other hosts              | ssh -o BatchMode=yes   |
| HF_TOKEN               | a token of the Hugging Face Hub that may write, to push to it      | none                   |
| HF_ENDPOINT            | the address of the Hub                                             | https://huggingface.co |
| RANK                   | set by accelerate: which of several processes this one is          | 0                      |
| SPACE_ID, SPACE_HOST, SPACE_AUTHOR_NAME, OAUTH_CLIENT_ID | set by a Hugging Face Space      |                        |
"""

from __future__ import annotations

import ipaddress
import os
from functools import cached_property
from pathlib import Path

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from studio.errors import BadInput

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SPACE_VOLUME = Path("/data")
HUB_URL = "https://huggingface.co"
REMOTE_SHELL = "ssh -o BatchMode=yes"


class Settings(BaseSettings):
    """The settings of this process, read once at the composition root and passed down."""

    model_config = SettingsConfigDict(env_prefix="STUDIO_", frozen=True, populate_by_name=True, extra="ignore")

    home: Path | None = None
    database_url: str | None = None
    public_requested: bool | None = Field(default=None, validation_alias=AliasChoices("STUDIO_PUBLIC"))
    operators_listed: str = Field(default="", validation_alias=AliasChoices("STUDIO_OPERATORS"))
    operator_key: str | None = Field(default=None, min_length=16)
    url: str | None = None
    max_upload_mb: int = Field(default=100, ge=1, le=2048)
    model: str = "smollm2-135m-instruct"
    teacher: str | None = None
    teacher_key: str | None = Field(default=None, repr=False)
    host: str = Field(default="127.0.0.1", validation_alias=AliasChoices("STUDIO_HOST", "GRADIO_SERVER_NAME"))
    port: int = Field(default=7860, ge=1, le=65535, validation_alias=AliasChoices("PORT", "GRADIO_SERVER_PORT"))
    remote_shell: str = Field(default=REMOTE_SHELL, min_length=1)
    hub_token: str | None = Field(default=None, validation_alias="HF_TOKEN", repr=False)
    hub_url: str = Field(default=HUB_URL, validation_alias="HF_ENDPOINT")
    space_id: str | None = Field(default=None, validation_alias="SPACE_ID")
    space_host: str | None = Field(default=None, validation_alias="SPACE_HOST")
    space_author: str | None = Field(default=None, validation_alias="SPACE_AUTHOR_NAME")
    oauth_client: str | None = Field(default=None, validation_alias="OAUTH_CLIENT_ID")

    @field_validator(
        "public_requested", "operator_key", "home", "database_url", "url", "teacher", "teacher_key", "hub_token", mode="before"
    )
    @classmethod
    def _empty_means_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("hub_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/") or HUB_URL

    @property
    def on_space(self) -> bool:
        """Whether this process runs on a Hugging Face Space."""
        return bool(self.space_id)

    @property
    def oauth(self) -> bool:
        """Whether people can sign in with Hugging Face: only on a Space whose README asks for `hf_oauth`."""
        return self.on_space and bool(self.oauth_client)

    @property
    def workspace_home(self) -> Path:
        """STUDIO_HOME, or the Space's mounted volume, or `.studio` here."""
        if self.home is not None:
            return self.home.expanduser().resolve()
        if self.on_space and SPACE_VOLUME.is_dir():
            return SPACE_VOLUME / "studio"
        return Path(".studio").resolve()

    @property
    def public(self) -> bool:
        """Whether strangers may reach the app: asked for, on a Space, or bound beyond loopback."""
        if self.public_requested is not None:
            return self.public_requested
        return self.on_space or not self.bound_to_loopback

    @property
    def bound_to_loopback(self) -> bool:
        """Whether only this machine can reach the app."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @cached_property
    def operators(self) -> frozenset[str]:
        """Lower-case Hugging Face user names that may operate."""
        listed = {name.strip().lower() for name in self.operators_listed.split(",") if name.strip()}
        if self.space_author:
            listed.add(self.space_author.lower())
        return frozenset(listed)

    @property
    def max_upload_bytes(self) -> int:
        """The largest upload, and the largest file that is imported, in bytes."""
        return self.max_upload_mb * 1024 * 1024

    @property
    def base_url(self) -> str:
        """The address for share links, without a trailing slash."""
        if self.url:
            return self.url.rstrip("/")
        if self.space_host:
            return f"https://{self.space_host}"
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{host}:{self.port}"


def rank_here() -> int:
    """Which of the processes that do a job together this one is; 0 for the first, and for one that is alone."""
    return int(os.environ.get("RANK", "0"))


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        BadInput: a variable has a value that cannot be used; the sentence names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise BadInput(f"The environment variable for {name} cannot be used: {first['msg']}.") from error
