"""What can go wrong, as one tree.

    StudioError                 base of all; `message` says what, where, and what to do      exit 1
    ├── BadInput                what was handed in cannot be used                            exit 2
    │   ├── NotFound            no dataset, run, model, report or question set of that name
    │   └── UploadTooLarge      the file is over the limit
    ├── NotAllowed              a visitor asked for what only an operator may do             exit 1
    ├── JobFailed               a run ended without its result                               exit 1
    │   └── Diverged            the loss of a training is no number any more                 exit 1
    ├── EngineError             a model or an endpoint gave no answer                        exit 1
    │   └── AccessRefused       an endpoint lets nobody in with this key, or has no such model
    └── ThresholdNotMet         the measured value is below what was asked for               exit 3

Pages show `message`; the command line prints it as one line and exits with `exit_code`. A traceback goes to the log only.
"""

from __future__ import annotations

from typing import ClassVar


class StudioError(Exception):
    """An error written for the person who meets it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(StudioError):
    """What was handed in cannot be used as it is."""

    exit_code = 2


class NotFound(BadInput):
    """Nothing of that name exists here."""


class UploadTooLarge(BadInput):
    """The file is over the upload limit."""


class NotAllowed(StudioError):
    """Only an operator may do this."""


class JobFailed(StudioError):
    """A run ended without its result."""


class Diverged(JobFailed):
    """The loss of a training is no number any more."""


class EngineError(StudioError):
    """A model or an endpoint gave no answer."""


class AccessRefused(EngineError):
    """An endpoint refuses whatever is asked: wrong key, no credit, no such model. To ask again is no use."""


class ThresholdNotMet(StudioError):
    """A measured value is below the threshold that was asked for."""

    exit_code = 3
