"""Where each kind of job is watched."""

from __future__ import annotations

from urllib.parse import urlencode

from studio.dataset.distillation.distill import DISTILL_JOB
from studio.dataset.import_spec import IMPORT_JOB
from studio.training.exporting.spec import EXPORT_JOB
from studio.workspace.reports import EVALUATION_JOB

_PAGES = {
    IMPORT_JOB: ("data", "import"),
    DISTILL_JOB: ("manuals", "run"),
    EVALUATION_JOB: ("dashboard", "run"),
    EXPORT_JOB: ("train", "export"),
}
"""The page and the name of the run in its address; other jobs are watched on the Train page."""


def job_address(job: str, run: str) -> str:
    """The address at which a run of this job is watched, relative to the studio."""
    page, name = _PAGES.get(job, ("train", "run"))
    return f"{page}?{urlencode({name: run})}"
