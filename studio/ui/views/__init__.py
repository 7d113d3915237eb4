"""What the pages show, as pure functions from plain data to HTML and rows; no component is made here."""
