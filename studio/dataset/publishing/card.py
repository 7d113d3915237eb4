"""A dataset's card: Markdown under the YAML header that the Hub reads (https://huggingface.co/docs/hub/datasets-cards).

It says what is known and, where nobody said it, that it is not known. Texts that people wrote reach it escaped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from studio.dataset.checks.examination import Examination
from studio.dataset.checks.examined import read_examination
from studio.dataset.checks.languages import UNDETERMINED, language_of
from studio.dataset.deriving.lineage import Relative, licence_of, parents_of, part_of, reason_in_words, recipe_in_words
from studio.dataset.publishing.formats import format_for
from studio.workspace.datasets import Manifest, Row, read_manifest, read_rows
from studio.workspace.layout import Workspace
from studio.workspace.notes import Notes, read_notes

LICENCES = (
    "apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "odbl", "odc-by",
    "pddl", "cdla-permissive-2.0", "cdla-sharing-1.0", "gpl-3.0", "bsd-3-clause", "openrail", "other", "unknown",
)  # fmt: skip
"""Identifiers that the Hub knows; any other licence is `other` there, with its name."""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$])")
_ROWS_TO_TELL_LANGUAGES = 2_000
_RAREST_LANGUAGE = 0.05  # share of the rows
_SHOWN = 600  # characters of a text in the example


@dataclass(frozen=True)
class Contents:
    """What the rows are, counted."""

    rows: int
    with_history: int
    with_system: int
    families: int
    industries: Mapping[str, int]
    languages: Sequence[str]
    """Codes of those that at least one row in twenty is in, told from up to 2,000 rows."""
    question_words: int
    answer_words: int
    """Words of the middle question and answer."""


@dataclass(frozen=True)
class Card:
    """What a card says."""

    manifest: Manifest
    notes: Notes
    licence: str | None
    source: str
    parents: Sequence[Relative]
    recipe: Sequence[str]
    removed: Sequence[tuple[str, int]]
    rejected: Sequence[tuple[str, int]]
    contents: Contents
    example: Row
    examination: Examination | None
    part: str


def card_of(workspace: Workspace, dataset_id: str) -> Card:
    """What is known about a dataset.

    Raises:
        NotFound: there is no dataset of that id.
    """
    manifest = read_manifest(workspace, dataset_id)
    notes = read_notes(workspace, dataset_id)
    rejected = Counter(reason_in_words(str(problem.get("kind", "unknown"))) for problem in manifest.problems)
    return Card(
        manifest=manifest,
        notes=notes,
        licence=licence_of(workspace, manifest),
        source=notes.source or manifest.source,
        parents=parents_of(workspace, manifest),
        recipe=recipe_in_words(manifest.recipe),
        removed=[(reason_in_words(reason), count) for reason, count in manifest.removed.items()],
        rejected=rejected.most_common(),
        contents=_contents(workspace, manifest),
        example=next(read_rows(workspace, dataset_id)),
        examination=read_examination(workspace, dataset_id),
        part=part_of(manifest),
    )


def render_card(workspace: Workspace, dataset_id: str, *, data_file: str | None = None) -> str:
    """The card as a README.md.

    Args:
        workspace: where the dataset is.
        dataset_id: which.
        data_file: where the rows lie beside the card; None for a card alone.

    Raises:
        NotFound: there is no dataset of that id.
    """
    from huggingface_hub import DatasetCardData

    card = card_of(workspace, dataset_id)
    header = DatasetCardData(**_header(card, data_file)).to_yaml()
    return f"---\n{header}\n---\n\n{render_body(card, data_file=data_file)}"


def render_body(card: Card, *, data_file: str | None = None) -> str:
    """The card without its header."""
    fields = [name for name in ("family", "industry", "intent") if getattr(card.example, name) is not None]
    template = _environment().get_template("card.md.j2")
    return template.render(
        card=card, fields=fields, row_format=format_for(card.example).value, data_file=data_file, languages=languages_of(card)
    )


def languages_of(card: Card) -> list[str]:
    """The codes that somebody wrote down, or else those that the rows seem to be in."""
    written = [code for code in re.split(r"[\s,;]+", card.notes.languages.lower()) if code]
    return written or list(card.contents.languages)


def _header(card: Card, data_file: str | None) -> dict[str, Any]:
    licence = (card.licence or "unknown").lower()
    known = licence in LICENCES
    header: dict[str, Any] = {
        "pretty_name": " ".join(card.manifest.name.split()),
        "license": licence if known else "other",
        "language": languages_of(card),
        "size_categories": [_size(card.manifest.rows)],
        "task_categories": ["text-generation"],
        "tags": ["customer-support", "firstline-studio"],
    }
    if not known:
        header["license_name"] = " ".join((card.licence or "").split())
    if data_file is not None:
        header["configs"] = [{"config_name": "default", "data_files": [{"split": card.part, "path": data_file}]}]
    return {key: value for key, value in header.items() if value}


def _contents(workspace: Workspace, manifest: Manifest) -> Contents:
    industries: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    families: set[str] = set()
    questions: list[int] = []
    answers: list[int] = []
    with_history = with_system = 0
    one_in = max(1, manifest.rows // _ROWS_TO_TELL_LANGUAGES)
    for position, row in enumerate(read_rows(workspace, manifest.id)):
        system = row.messages[0]["role"] == "system"
        with_system += system
        with_history += len(row.messages) - system > 2
        questions.append(len(row.question.split()))
        answers.append(len(row.answer.split()))
        families |= {row.family} if row.family else set()
        industries.update([row.industry] if row.industry else [])
        if position % one_in == 0:
            languages[language_of(f"{row.question} {row.answer}")] += 1
    return Contents(
        rows=len(answers),
        with_history=with_history,
        with_system=with_system,
        families=len(families),
        industries=dict(industries.most_common()),
        languages=_spoken(languages),
        question_words=_middle(questions),
        answer_words=_middle(answers),
    )


def _spoken(languages: Counter[str]) -> list[str]:
    total = languages.total()
    return [code for code, rows in languages.most_common() if code != UNDETERMINED and rows >= _RAREST_LANGUAGE * total]


def _middle(values: list[int]) -> int:
    return sorted(values)[len(values) // 2] if values else 0


def _size(rows: int) -> str:
    return next((words for limit, words in _SIZES if rows < limit), "n>1M")


def _escaped(text: object) -> str:
    """Text as Markdown shows it, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _quoted(text: str) -> str:
    """A text as it is, shortened, as a block whose fence it does not hold."""
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()} …"
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", short)), default=0))
    return f"{fence}text\n{short}\n{fence}"


@cache
def _environment() -> Environment:
    # Markdown, not HTML: escaping is Markdown's own, by the filter `md`.
    environment = Environment(
        loader=PackageLoader("studio.dataset.publishing"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"md": _escaped, "quoted": _quoted, "reason": reason_in_words}
    return environment
