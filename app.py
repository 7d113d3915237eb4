"""Firstline Studio: settings -> workspace -> pages -> launch. Also the entry point of a Hugging Face Space."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def main() -> None:
    """Open the workspace and serve the studio until it is interrupted."""
    from studio.errors import StudioError
    from studio.settings import load_settings

    try:
        from studio.chat.catalog import unpack_ahead
        from studio.ui.app import serve
        from studio.ui.context import Studio

        studio = Studio.open(load_settings())
        unpack_ahead(studio.workspace)
        serve(studio)
    except StudioError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
