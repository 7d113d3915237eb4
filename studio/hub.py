"""Files to the Hugging Face Hub in one commit, and what the Hub says as sentences. Knows nothing of what the files are.

A repository is private unless it is asked to be public, and one that exists is written to only when that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.errors import BadInput, EngineError

Told = Callable[[float, str], None]
"""Called with how much is done, from 0 to 1, and what begins."""

_NOTHING = "Nothing was uploaded."
_NAME = re.compile(r"\w[\w.-]{0,95}/\w[\w.-]{0,95}(?<![.-])", re.ASCII)


@dataclass(frozen=True)
class Repository:
    """A place on the Hub. `host` is the Hub's address; `update` writes to a repository that is there, instead of making one."""

    kind: Literal["dataset", "model"]
    name: str
    host: str
    public: bool = False
    update: bool = False

    @property
    def url(self) -> str:
        """Where people find it: models stand at the root of the Hub."""
        return f"{self.host}/datasets/{self.name}" if self.kind == "dataset" else f"{self.host}/{self.name}"

    @property
    def in_words(self) -> str:
        """What it will be, to be read before anything is sent."""
        if self.update:
            return "a new version in the repository that is there, which keeps its visibility"
        return "a new repository that everybody can read" if self.public else "a new private repository"


def repository_name(name: str, *, example: str) -> str:
    """`name` as OWNER/NAME.

    Raises:
        BadInput: it is none; the sentence shows `example`.
    """
    name = name.strip()
    if not _NAME.fullmatch(name) or "--" in name or ".." in name:
        raise BadInput(f"Say where it goes as OWNER/NAME, for example {example}: letters, digits, '-', '_' and '.'.")
    return name


def require_token(token: str | None) -> str:
    """The token that may write.

    Raises:
        BadInput: none is set.
    """
    if not token:
        raise BadInput(
            f"No token is set, so {_NOTHING.lower()} Make one that may write on the Hub, and start the studio with HF_TOKEN."
        )
    return token


def upload(
    repository: Repository, token: str, files: Mapping[str, Path | bytes], *, message: str, told: Told | None = None
) -> str:
    """Make the repository unless it is an update, and upload the files in one commit. Returns the repository's address.

    Args:
        repository: where they go.
        token: one of the Hub that may write.
        files: by their path in the repository.
        message: the commit's.
        told: is told 0.4 when the repository is made, 0.5 when the upload begins, and 1 at the end.

    Raises:
        BadInput: the repository exists, or does not for an update.
        EngineError: the Hub can't be reached or refuses.
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    tell = told or _tell_nobody
    api = HfApi(endpoint=repository.host, token=token)
    if not repository.update:
        tell(0.4, "Making the repository")
        with _in_words(repository, made=False):
            api.create_repo(repository.name, repo_type=repository.kind, private=not repository.public)
    tell(0.5, "Uploading")
    with _in_words(repository, made=not repository.update):
        api.create_commit(
            repository.name,
            [CommitOperationAdd(path_in_repo=path, path_or_fileobj=content) for path, content in files.items()],
            commit_message=message,
            repo_type=repository.kind,
        )
    tell(1.0, "Done")
    return repository.url


def _tell_nobody(done: float, step: str) -> None:
    """Nobody wants to know."""


@contextmanager
def _in_words(repository: Repository, *, made: bool) -> Iterator[None]:
    """Errors of the Hub as sentences. `made`: the repository has just been made, and is empty if this fails."""
    import httpx2  # what the Hub's client speaks HTTP with; its errors pass through
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    left = f" The repository {repository.name} was made and is empty: push again as an update." if made else ""
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise EngineError(f"The Hub is not asked while HF_HUB_OFFLINE is set. {_NOTHING} Unset it, then push.{left}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise _refusal(status, repository, left) from error
    except (httpx2.HTTPError, ConnectionError, TimeoutError) as error:
        words = f"{repository.host} can't be reached. {_NOTHING} Check the network, and HF_ENDPOINT if you set it.{left}"
        raise EngineError(words) from error
    except (
        ValueError,
        RuntimeError,
        OSError,
    ) as error:  # what the client says of an answer it did not expect, and of its uploads
        raise EngineError(f"The upload broke off: {str(error).splitlines()[0][:200]}. Push again.{left}") from error


def _refusal(status: int, repository: Repository, left: str) -> BadInput | EngineError:
    kind, name = repository.kind, repository.name
    if status == 401:
        return EngineError(f"The Hub does not accept the token. {_NOTHING} Make another one, and set HF_TOKEN.{left}")
    if status == 403:
        owner = name.split("/")[0]
        return EngineError(
            f"The token may not write to {owner}. {_NOTHING} Take a token with write access, or another owner.{left}"
        )
    if status == 404:
        return BadInput(
            f"There is no {kind} {name} on the Hub that this token can see. {_NOTHING} Push without the update.{left}"
        )
    if status == 409 and not repository.update:
        return BadInput(
            f"There is a {kind} {name} on the Hub already. {_NOTHING} Choose another name, or push as an update.{left}"
        )
    if status == 429:
        return EngineError(f"The Hub asks to wait (429). {_NOTHING} Try again in some minutes.{left}")
    return EngineError(f"The Hub answered with error {status}. {_NOTHING} Try again later.{left}")
