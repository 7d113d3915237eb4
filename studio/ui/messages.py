"""Errors as people meet them: one sentence in a message, the traceback in the log."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import gradio as gr

from studio.errors import StudioError
from studio.ui.text.common import UNEXPECTED

logger = logging.getLogger("studio.ui")
Handler = TypeVar("Handler", bound=Callable[..., Any])


def plainly(handler: Handler) -> Handler:
    """Wrap an event handler (a function or a generator) so that whatever it raises reaches the person as one sentence."""

    def translated(error: Exception) -> gr.Error:
        if isinstance(error, gr.Error):
            return error
        if isinstance(error, StudioError):
            return gr.Error(error.message, print_exception=False)
        logger.exception("%s failed", handler.__name__)
        return gr.Error(UNEXPECTED, print_exception=False)

    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from handler(*args, **kwargs)
            except Exception as error:
                raise translated(error) from None

        return generator  # type: ignore[return-value]

    @functools.wraps(handler)
    def function(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        except Exception as error:
            raise translated(error) from None

    return function  # type: ignore[return-value]
