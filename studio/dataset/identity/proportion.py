"""How much of a mix says who the assistant is: one identity row to about ten support rows."""

from __future__ import annotations

from collections.abc import Sequence

from studio.dataset.identity.rendering import SOURCE
from studio.workspace.datasets import Manifest

SUPPORT_ROWS = 10
"""Support rows to one identity row."""


def is_identity(manifest: Manifest) -> bool:
    """Whether the dataset was rendered of an identity form."""
    return manifest.source.startswith(SOURCE)


def advised_weights(manifests: Sequence[Manifest]) -> list[float]:
    """The weights a mix of these begins with: equal ones, but the identity datasets together weigh a tenth of the others."""
    identities = sum(map(is_identity, manifests))
    others = len(manifests) - identities
    if not identities or not others:
        return [1.0] * len(manifests)
    return [1 / identities if is_identity(manifest) else SUPPORT_ROWS / others for manifest in manifests]
