"""Whether an export will fit on the disk, before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from studio.chat.catalog import is_prepared
from studio.errors import BadInput
from studio.training.exporting.headers import size_of_weights
from studio.training.exporting.provenance import Provenance
from studio.training.exporting.spec import Form
from studio.workspace.layout import Workspace

_AROUND = 20_000_000  # bytes of tokenizer, card and the like, generously
_BYTES_A_PARAMETER = 2  # of a base model that is not here yet


def bytes_needed(workspace: Workspace, provenance: Provenance, form: Form) -> int:
    """Bytes that the export will take; estimated from the number of parameters where the base model is not here yet."""
    adapter = size_of_weights(provenance.adapter)
    if not form.merges:
        return adapter + _AROUND
    return adapter * (form is not Form.MERGED) + _bytes_of_base(workspace, provenance) + _AROUND


def check_room(place: Path, needed: int) -> None:
    """Refuse what does not fit.

    Args:
        place: the folder to be made; it need not exist.
        needed: bytes that it will take.

    Raises:
        BadInput: the disk has less room than that.
    """
    free = free_bytes(place)
    if free < needed:
        raise BadInput(
            f"The export needs about {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free where it would go ({place}). "
            "Free some space, or choose a folder on another disk."
        )


def free_bytes(place: Path) -> int:
    """Bytes that are free where a folder is to be made."""
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(existing).free


def _bytes_of_base(workspace: Workspace, provenance: Provenance) -> int:
    base = provenance.base
    if is_prepared(workspace, base):
        return size_of_weights(workspace.model(base.name))
    return base.parameters * 1_000_000 * _BYTES_A_PARAMETER
