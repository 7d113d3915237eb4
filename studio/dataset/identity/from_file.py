"""A team's own identity file, as LLaMA-Factory has it (`{{name}}`, `{{author}}`), filled in with the form's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from studio.dataset.identity.brand import Brand
from studio.dataset.identity.rendering import INDUSTRY, SOURCE, Rendered, render
from studio.dataset.identity.templates import default_help
from studio.dataset.reading.guessing import ROWS_TO_KNOW_THE_SHAPE, guess_shape
from studio.dataset.reading.problems import Problem, RowRejected
from studio.dataset.reading.shapes import value_of
from studio.dataset.reading.sources import Source, open_sources
from studio.workspace.datasets import Row


def render_file(
    path: Path, brand: Brand, *, values: Mapping[str, str] | None = None, name: str | None = None, max_bytes: int | None = None
) -> Rendered:
    """The file's rows for this brand. Placeholders that the form does not know are left over until `values` has them.

    Args:
        path: a file of any kind that can be imported; of a zip the first file is read.
        brand: whose rows they become.
        values: what fills the file's other placeholders, by their names in lower case.
        name: what to call the file; its own name by default.
        max_bytes: the largest file that is read.

    Raises:
        NotFound, UploadTooLarge, BadInput: the file can't be read, or its rows are no questions and answers.
    """
    language = brand.languages[0]
    known = {**(values or {}), **brand.values(language, default_help(language, brand.company))}
    with open_sources(path, max_bytes=max_bytes) as opened:
        rendered = render(_texts(opened.sources[0]), brand, known, loose=True)
    return replace(rendered, rows=list(_with_families(rendered.rows)), source=f"{SOURCE}, from {name or path.name}")


def _texts(source: Source) -> Iterator[Row | Problem]:
    """The rows as they stand, placeholders and all; an import would reject them for those."""
    records = source.records()
    beginning = list(islice(records, ROWS_TO_KNOW_THE_SHAPE))
    shape = guess_shape(beginning, source.name)
    for record in chain(beginning, records):
        try:
            yield shape.row(value_of(record), SOURCE)
        except RowRejected as rejected:
            yield Problem(record.row, rejected.kind, rejected.message)


def _with_families(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with the same answer are one family, unless the file says otherwise."""
    families: dict[str, str] = {}
    for row in rows:
        family = families.setdefault(row.answer, f"identity-file-{len(families) + 1:03d}")
        yield replace(row, family=row.family or family, industry=row.industry or INDUSTRY)
