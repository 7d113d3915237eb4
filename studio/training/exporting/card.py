"""A model's card: Markdown under the YAML header that the Hub reads (https://huggingface.co/docs/hub/model-cards).

It says what is known and, where nobody wrote it down, that it is not known. Texts that people wrote reach it escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from studio.chat.messages import SUPPORT_SYSTEM_PROMPT
from studio.training.exporting.manifest import ModelManifest, Score
from studio.training.exporting.provenance import Data, Provenance
from studio.training.exporting.spec import Form
from studio.workspace.clock import timestamp

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$])")
_EXAMPLE = "Where is my order?"
_VLLM_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # vllm/config/lora.py, MaxLoRARanks


@dataclass(frozen=True)
class Card:
    """What a card says. `repo` is the repository it lies in on the Hub, None for a folder; `number_format` is that of merged weights."""

    provenance: Provenance
    made: ModelManifest
    form: Form
    repo: str | None
    chatml: bool
    rank: int
    number_format: str
    megabytes: float

    @property
    def data(self) -> Data | None:
        """The dataset, where it is here."""
        return self.provenance.data

    @property
    def title(self) -> str:
        """The model's name."""
        return self.provenance.name

    @property
    def place(self) -> str:
        """What a program loads it by: its repository, or the folder it stands in."""
        return self.repo or "."

    @property
    def vllm_rank(self) -> int:
        """The smallest rank that vLLM can be told which holds this adapter."""
        return next((rank for rank in _VLLM_RANKS if rank >= self.rank), _VLLM_RANKS[-1])


def render_model_card(card: Card) -> str:
    """The card as a README.md."""
    from huggingface_hub import ModelCardData

    header = ModelCardData(**_header(card)).to_yaml()
    template = _environment().get_template("model_card.md.j2")
    body = template.render(
        card=card,
        made=card.made,
        base=card.provenance.base,
        prompt=SUPPORT_SYSTEM_PROMPT,
        example=_EXAMPLE,
        today=timestamp()[:10],
    )
    return f"---\n{header}\n---\n\n{body}"


def _header(card: Card) -> dict[str, Any]:
    base = card.provenance.base
    languages = _languages(card.data)
    header: dict[str, Any] = {
        "model_name": card.title if card.made.scores else None,
        "license": base.licence.lower(),
        "language": languages,
        "base_model": base.hub_id,
        "base_model_relation": "finetune" if card.form.merges else "adapter",
        "library_name": "transformers" if card.form.merges else "peft",
        "pipeline_tag": "text-generation",
        "tags": ["customer-support", "firstline-studio", "lora"],
        "eval_results": [_result(score) for score in card.made.scores],
    }
    return {key: value for key, value in header.items() if value}


def _languages(data: Data | None) -> list[str]:
    """The codes that somebody wrote down about the dataset."""
    return [code for code in re.split(r"[\s,;]+", data.notes.languages.lower()) if code] if data else []


def _result(score: Score) -> Any:
    from huggingface_hub import EvalResult

    name = score.question_set.name
    return EvalResult(
        task_type="text-generation",
        dataset_type=name,
        dataset_name=f"Firstline Studio question set {name}",
        metric_type="accuracy",
        metric_name=f"right on {score.passed} of {score.items}",
        metric_value=round(score.passed / score.items, 4),
    )


def _escaped(text: object) -> str:
    """Text as Markdown shows it, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _between(bounds: Sequence[float]) -> str:
    return f"{bounds[0]:.1%} to {bounds[1]:.1%}"


@cache
def _environment() -> Environment:
    # Markdown, not HTML: escaping is Markdown's own, by the filter `md`.
    environment = Environment(
        loader=PackageLoader("studio.training.exporting"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": _escaped, "percent": _percent, "between": _between}
    return environment
