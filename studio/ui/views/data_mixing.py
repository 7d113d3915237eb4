"""What a mix or a split will hold, and what it became."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from studio.dataset.deriving.mixing import Mix, Part
from studio.dataset.deriving.splitting import Halves, Split
from studio.dataset.identity.proportion import SUPPORT_ROWS, is_identity
from studio.ui.text import data_mixing as text
from studio.ui.views.data import address
from studio.ui.views.figures import count
from studio.workspace.datasets import Manifest


def choices(manifests: Sequence[Manifest]) -> list[tuple[str, str]]:
    """The datasets as choices of a dropdown; two of one name are told apart by their fingerprints."""
    names = [manifest.name for manifest in manifests]
    return [
        (one.name if names.count(one.name) == 1 else f"{one.name} ({one.fingerprint[:12]})", one.id) for one in manifests
    ]  # fmt: skip


def weights_html(manifests: Sequence[Manifest]) -> str:
    """Why the weights begin unequal, where an identity dataset is mixed with others."""
    identities = [manifest.name for manifest in manifests if is_identity(manifest)]
    if len(identities) in (0, len(manifests)):
        return ""
    words = text.IDENTITY_WEIGHTS.format(names=" and ".join(identities), rows=SUPPORT_ROWS)
    return f'<p role="status">{escape(words)}</p>'


def mix_html(mix: Mix) -> str:
    """The rows that each dataset will give."""
    head = "".join(f'<th scope="col">{title}</th>' for title in text.MIX_HEAD)
    rows = "".join(
        f"<tr><td>{escape(part.dataset.name)}</td><td>{part.dataset.rows:,}</td>"
        f"<td>{part.rows:,} ({part.rows / mix.rows:.0%})</td><td>{_how(part)}</td></tr>"
        for part in mix.parts
    )
    table = f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    total = text.MIX_TOTAL.format(rows=count(mix.rows, "row"))
    return f'<p role="status">{total}</p><div class="studio-scroll" role="region" tabindex="0" aria-label="{text.MIX_TAB}">{table}</div>'


def mixed_html(made: Manifest) -> str:
    """That a mix was made."""
    name = f"<strong>{escape(made.name)}</strong>"
    return f'<div class="card" role="status">{text.MIXED.format(name=name, rows=count(made.rows, "row"))}</div>'


def split_html(split: Split) -> str:
    """How many rows each part will have."""
    sentences = [
        text.SPLIT_COUNTS.format(
            training=count(len(split.training), "row"),
            validation=count(len(split.validation), "row"),
            groups=count(split.groups, "group"),
        )
    ]
    if split.left_out:
        sentences.append(text.SPLIT_LEFT_OUT.format(rows=count(len(split.left_out), "row")))
    if not split.compared:
        sentences.append(text.SPLIT_NEAR_WORDS)
    return f'<p role="status">{" ".join(sentences)}</p>'


def halves_html(split: Split, halves: Halves) -> str:
    """What a split made, with links to both parts."""
    words = text.SPLIT_DONE.format(
        name=f"<strong>{escape(split.dataset.name)}</strong>",
        training=count(halves.training.rows, "row"),
        training_link=_link(halves.training),
        validation=count(halves.validation.rows, "row"),
        validation_link=_link(halves.validation),
    )
    return f'<div class="card" role="status">{words}</div>'


def refused_html(sentence: str) -> str:
    """Why it can't be made so."""
    return f'<p role="status" class="muted">{escape(sentence)}</p>'


def _how(part: Part) -> str:
    if not part.copies:
        return text.SAMPLED.format(count=f"{part.sampled:,}", left=f"{part.left_out:,}")
    times = text.TIMES.get(part.copies) or text.MANY_TIMES.format(count=part.copies)
    pieces = [text.WHOLE.format(times=times)]
    if part.sampled:
        pieces.append(text.SOME_ONCE_MORE.format(count=f"{part.sampled:,}"))
    return ", ".join(pieces)


def _link(manifest: Manifest) -> str:
    return f'<a href="{escape(address(manifest.id), quote=True)}">{escape(manifest.name)}</a>'
