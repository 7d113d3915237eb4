"""One file a page. Each has a `build(studio) -> gr.Blocks` that builds the page and wires its events, nothing more."""
