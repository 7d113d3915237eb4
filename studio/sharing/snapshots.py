"""The snapshot: an immutable, redacted copy of a report, named by the SHA-256 of what it says.

`make_snapshot` is pure, so that a page can show exactly what a link would publish before there is a link. Left out of the
copy: the ids of runs (`report.id` is empty, models are called "base" and "tuned"), the folders of this machine, and any
field that the report's types do not name. Replaced: personal data and secrets in every text, see `redact`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, cast

from studio.errors import BadInput, StudioError
from studio.privacy import redact
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.reports import Comparison, IndustryScore, ItemResult, ModelScore, QuestionSetInfo, Report, ReportItem

SCHEMA = 1
MAX_TITLE = 200  # characters, as the table of links has it


@dataclass(frozen=True)
class Snapshot:
    """What a share link serves. `created` is when the measurement was made; `redactions` counts what was replaced, by kind."""

    title: str
    created: str
    report: Report
    redactions: Mapping[str, int] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the content in canonical JSON: sorted keys, no blanks, UTF-8."""
        canonical = json.dumps(self._content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, the digest among them."""
        return {"digest": self.digest, **self._content()}

    def _content(self) -> dict[str, Any]:
        return {
            "schema": self.schema,
            "title": self.title,
            "created": self.created,
            "redactions": dict(self.redactions),
            "report": self.report,
        }


def make_snapshot(report: Report, title: str | None = None) -> Snapshot:
    """The redacted copy of a report. The same report and title give the same snapshot; nothing is written.

    Raises:
        BadInput: the title is over 200 characters.
    """
    heading = " ".join((title or "").split()) or _default_title(report)
    if len(heading) > MAX_TITLE:
        raise BadInput(f"The title has {len(heading)} characters; a share link takes at most {MAX_TITLE}. Shorten it.")
    redactor = _Redactor()
    heading = redactor.text(heading)
    shared = _shared_report(report, redactor)
    return Snapshot(title=heading, created=report["created"], report=shared, redactions=dict(sorted(redactor.counts.items())))


def save(workspace: Workspace, snapshot: Snapshot) -> str:
    """Write the snapshot unless it is there already, and return its digest."""
    path = workspace.share(snapshot.digest)
    if not path.exists():
        write_json_atomically(path, snapshot.to_json())
    return snapshot.digest


def load(workspace: Workspace, digest: str) -> Snapshot:
    """The snapshot of that digest, checked against it.

    Raises:
        StudioError: its file is missing, unreadable, or no longer says what its name promises.
    """
    path = workspace.share(digest)
    remedy = "Restore it from a backup, or revoke its links and share the report again."
    if not path.exists():
        raise StudioError(f"The snapshot {digest[:12]} is missing from {workspace.shares}. {remedy}")
    try:
        content = read_json(path)
        content.pop("digest")
        snapshot = Snapshot(**content)
        intact = snapshot.digest == digest
    except (ValueError, TypeError, KeyError, AttributeError):
        intact = False
    if not intact:
        raise StudioError(f"The snapshot {path.name} is damaged: its content does not match its digest. {remedy}")
    return snapshot


class _Redactor:
    """Redacts one text after the other and counts what was replaced."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def text(self, value: str, *, paths: bool = False) -> str:
        redacted = redact(value, paths=paths)
        self.counts.update(found.kind for found in redacted.found)
        return redacted.text

    def texts(self, values: list[str]) -> list[str]:
        return [self.text(value) for value in values]

    def any(self, value: object) -> object:
        """JSON of any form, such as the decoding: every string in it, paths included."""
        if isinstance(value, str):
            return self.text(value, paths=True)
        if isinstance(value, Mapping):
            return {str(key): self.any(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.any(inner) for inner in value]
        return value


def _shared_report(report: Report, redactor: _Redactor) -> Report:
    names = _public_names(report["models"])
    return Report(
        schema=report["schema"],
        id="",
        created=report["created"],
        question_set=_shared_questions(report["question_set"], redactor),
        decoding=cast(dict[str, object], redactor.any(report["decoding"])),
        models=[_shared_model(model, names) for model in report["models"]],
        floors=dict(report["floors"]),
        comparison=_shared_comparison(report["comparison"], names),
        items=[_shared_item(item, names, redactor) for item in report["items"]],
    )


def _shared_questions(question_set: QuestionSetInfo, redactor: _Redactor) -> QuestionSetInfo:
    shared = QuestionSetInfo(
        name=redactor.text(_last_part(question_set["name"])),
        fingerprint=question_set["fingerprint"],
        items=question_set["items"],
    )
    if "fill" in question_set:
        shared["fill"] = {name: redactor.text(value) for name, value in question_set["fill"].items()}
    return shared


def _shared_model(model: ModelScore, names: Mapping[str, str]) -> ModelScore:
    shared = _only(ModelScore, model)
    shared |= {"model": names[model["model"]], "base_model": _last_part(model["base_model"])}
    shared["by_industry"] = [_only(IndustryScore, score) for score in model["by_industry"]]
    return cast(ModelScore, shared)


def _shared_comparison(comparison: Comparison | None, names: Mapping[str, str]) -> Comparison | None:
    if comparison is None:
        return None
    renamed = {"base": names[comparison["base"]], "tuned": names[comparison["tuned"]]}
    return cast(Comparison, _only(Comparison, comparison) | renamed)


def _shared_item(item: ReportItem, names: Mapping[str, str], redactor: _Redactor) -> ReportItem:
    shared = _only(ReportItem, item)
    shared |= {"question": redactor.text(item["question"]), "reference": redactor.text(item["reference"])}
    shared["results"] = {
        names[model]: _shared_result(result, redactor) for model, result in item["results"].items() if model in names
    }
    return cast(ReportItem, shared)


def _only(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the TypedDict `kind` names, and no other: what a later version adds is not published unseen."""
    return {key: value[key] for key in kind.__annotations__}


def _shared_result(result: ItemResult, redactor: _Redactor) -> ItemResult:
    return ItemResult(
        answer=redactor.text(result["answer"]),
        outcome=result["outcome"],
        missed=redactor.texts(result["missed"]),
        claimed=redactor.texts(result["claimed"]),
        handover_wrong=result["handover_wrong"],
        reason=redactor.text(result["reason"], paths=True),
    )


def _public_names(models: list[ModelScore]) -> dict[str, str]:
    """By a model's name in the report, its role; numbered where a role occurs twice."""
    totals = Counter(model["role"] for model in models)
    seen: Counter[str] = Counter()
    names = {}
    for model in models:
        role = model["role"]
        seen[role] += 1
        names[model["model"]] = role if totals[role] == 1 else f"{role} {seen[role]}"
    return names


def _default_title(report: Report) -> str:
    return "Accuracy report: " + _last_part(report["question_set"]["name"]).replace("_", " ")


def _last_part(name: str) -> str:
    """A model's or question set's name as it is; only the last part of it when it is a path on this machine."""
    if re.match(r"[A-Za-z]:[\\/]|\\\\", name):
        return PureWindowsPath(name).name
    return PurePosixPath(name).name if name.startswith(("/", "~", "./", "../", "file:")) else name
