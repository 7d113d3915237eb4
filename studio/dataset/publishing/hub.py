"""A dataset to the Hugging Face Hub: its rows as Parquet (or as whatever is asked for) and its card, in one commit.

Where it goes is said first (`destination_of`), then it goes (`push`). A repository is private unless it is asked to be public, and one that
exists is written to only when that is asked for.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.dataset.checks.examined import read_examination
from studio.dataset.deriving.lineage import part_of
from studio.dataset.publishing.card import render_card
from studio.dataset.publishing.exporting import ExportFormat, data_file, export_dataset
from studio.errors import BadInput, EngineError
from studio.settings import Settings
from studio.workspace.datasets import Manifest, read_manifest
from studio.workspace.layout import Workspace

Told = Callable[[float, str], None]
"""Called with how much is done, from 0 to 1, and what begins."""

_NOTHING = "Nothing was uploaded."
_REPO = re.compile(r"\w[\w.-]{0,95}/\w[\w.-]{0,95}(?<![.-])", re.ASCII)


@dataclass(frozen=True)
class Destination:
    """Where a dataset will go. `personal_data` is how often the stored examination found some; None: nobody has looked."""

    dataset: Manifest
    repo: str
    url: str
    file: str
    export_format: ExportFormat
    public: bool
    update: bool
    personal_data: int | None

    @property
    def in_words(self) -> str:
        """What will happen, to be read before it does."""
        if self.update:
            where = "a new version in the repository that is there, which keeps its visibility"
        else:
            where = "a new repository that everybody can read" if self.public else "a new private repository"
        goes = f"{self.dataset.rows:,} rows of {self.dataset.name}, as {self.file}, and the card go to {self.url}: {where}."
        return goes if self._warning is None else f"{goes} {self._warning}"

    @property
    def _warning(self) -> str | None:
        if self.personal_data:
            return f"The checks found personal data {self.personal_data:,} times."
        return "Nobody has looked for personal data in it yet." if self.personal_data is None else None


def destination_of(
    workspace: Workspace,
    settings: Settings,
    dataset_id: str,
    repo: str,
    *,
    export_format: ExportFormat = ExportFormat.PARQUET,
    public: bool = False,
    update: bool = False,
) -> Destination:
    """Where it would go; the network is not touched.

    Args:
        workspace: where the dataset is.
        settings: the Hub's address.
        dataset_id: which.
        repo: `owner/name`.
        export_format: of the rows.
        public: whether everybody may read it; else only the owner.
        update: write to a repository that exists, instead of making one.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: `repo` is no name of a repository.
    """
    manifest = read_manifest(workspace, dataset_id)
    repo = repo.strip()
    if not _REPO.fullmatch(repo) or "--" in repo or ".." in repo:
        raise BadInput("Say where it goes as OWNER/NAME, for example acme/support-answers: letters, digits, '-', '_' and '.'.")
    examination = read_examination(workspace, dataset_id)
    personal = None if examination is None else examination.counts.get("personal_data", 0)
    url = f"{settings.hub_url.rstrip('/')}/datasets/{repo}"
    return Destination(
        manifest, repo, url, data_file(part_of(manifest), export_format), export_format, public, update, personal
    )  # fmt: skip


def push(workspace: Workspace, settings: Settings, destination: Destination, *, told: Told | None = None) -> str:
    """Write the rows and the card, make the repository, upload both in one commit. Returns the repository's address.

    Raises:
        BadInput: no token is set, the repository exists (or does not, for an update), or a row can't be exported.
        EngineError: the Hub can't be reached or refuses.
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    if not settings.hub_token:
        raise BadInput(
            f"No token is set, so {_NOTHING.lower()} Make one that may write on the Hub, and start the studio with HF_TOKEN."
        )
    dataset, tell = destination.dataset, told or _tell_nobody
    api = HfApi(endpoint=settings.hub_url, token=settings.hub_token)
    with tempfile.TemporaryDirectory(prefix="studio-push-") as folder:
        tell(0.1, "Writing the rows")
        rows = Path(folder) / Path(destination.file).name
        export_dataset(workspace, dataset.id, rows, destination.export_format)
        card = render_card(workspace, dataset.id, data_file=destination.file)
        if not destination.update:
            tell(0.4, "Making the repository")
            with _in_words(destination, made=False):
                api.create_repo(destination.repo, repo_type="dataset", private=not destination.public)
        tell(0.5, "Uploading")
        with _in_words(destination, made=not destination.update):
            api.create_commit(
                destination.repo,
                [
                    CommitOperationAdd(path_in_repo=destination.file, path_or_fileobj=rows),
                    CommitOperationAdd(path_in_repo="README.md", path_or_fileobj=card.encode()),
                ],
                commit_message=f"{dataset.name}: {dataset.rows:,} rows, {dataset.id}",
                repo_type="dataset",
            )
    tell(1.0, "Done")
    return destination.url


def _tell_nobody(done: float, step: str) -> None:
    """Nobody wants to know."""


@contextmanager
def _in_words(destination: Destination, *, made: bool) -> Iterator[None]:
    """Errors of the Hub as sentences. `made`: the repository has just been made, and is empty if this fails."""
    import httpx2  # what the Hub's client speaks HTTP with; its errors pass through
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    left = f" The repository {destination.repo} was made and is empty: push again as an update." if made else ""
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise EngineError(f"The Hub is not asked while HF_HUB_OFFLINE is set. {_NOTHING} Unset it, then push.{left}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise _refusal(status, destination, left) from error
    except (httpx2.HTTPError, ConnectionError, TimeoutError) as error:
        host = destination.url.split("/datasets/")[0]
        words = f"{host} can't be reached. {_NOTHING} Check the network, and HF_ENDPOINT if you set it.{left}"
        raise EngineError(words) from error
    except (
        ValueError,
        RuntimeError,
        OSError,
    ) as error:  # what the client says of an answer it did not expect, and of its uploads
        raise EngineError(f"The upload broke off: {str(error).splitlines()[0][:200]}. Push again.{left}") from error


def _refusal(status: int, destination: Destination, left: str) -> BadInput | EngineError:
    repo = destination.repo
    if status == 401:
        return EngineError(f"The Hub does not accept the token. {_NOTHING} Make another one, and set HF_TOKEN.{left}")
    if status == 403:
        owner = repo.split("/")[0]
        return EngineError(
            f"The token may not write to {owner}. {_NOTHING} Take a token with write access, or another owner.{left}"
        )
    if status == 404:
        return BadInput(
            f"There is no dataset {repo} on the Hub that this token can see. {_NOTHING} Push without the update.{left}"
        )
    if status == 409 and not destination.update:
        return BadInput(
            f"There is a dataset {repo} on the Hub already. {_NOTHING} Choose another name, or push as an update.{left}"
        )
    if status == 429:
        return EngineError(f"The Hub asks to wait (429). {_NOTHING} Try again in some minutes.{left}")
    return EngineError(f"The Hub answered with error {status}. {_NOTHING} Try again later.{left}")
