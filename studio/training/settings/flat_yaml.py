"""A YAML text that is one list of names and values, read so that every mistake is one sentence. Nothing in it is executed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from studio.errors import BadInput

MAX_BYTES = 64_000
_MOST_BRACKETS = 100


def read_text(path: Path) -> str:
    """The text of a small file.

    Raises:
        BadInput: it is not there, too large, or not text in UTF-8.
    """
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"{path.name} is over {MAX_BYTES // 1000} KB: that is no list of settings.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is no text in UTF-8: save it as such, or choose another file.") from error


def parse(text: str, *, name: str) -> dict[str, Any]:
    """The names and values of the text; `name` is what sentences call it.

    Raises:
        BadInput: it is no YAML, no list of names and values, empty, or says something twice.
    """
    if len(text) > MAX_BYTES:
        raise BadInput(f"{name} is over {MAX_BYTES // 1000} KB: that is no list of settings.")
    if text.count("[") + text.count("{") > _MOST_BRACKETS:  # thousands within each other take PyYAML minutes
        raise BadInput(f"{name} is full of brackets: settings are lines such as `learning_rate: 1.0e-4`.")
    try:
        _check_plain(text, name)
        return {str(key): value for key, value in yaml.safe_load(text).items()}
    except yaml.MarkedYAMLError as error:
        raise BadInput(f"{name} is no YAML: {error.problem or error.context}{_place(error.problem_mark)}.") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{name} is no YAML: it holds a character that YAML doesn't know.") from error
    except (RecursionError, ValueError) as error:
        raise BadInput(f"{name} is no list of settings: something in it can't be read as a value.") from error


def _check_plain(text: str, name: str) -> None:
    """Refuse what is no flat list of names and values.

    References are refused with it: a few lines of them can stand for billions of values.
    """
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BadInput(f"{name} uses a reference, *{event.anchor}{_place(event.start_mark)}: write the value itself there.")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or not root.value:
        raise BadInput(f"{name} holds no settings: it should be lines such as `learning_rate: 1.0e-4`.")
    seen: set[str] = set()
    for key in _keys(root):
        if key.value in seen:
            raise BadInput(f"{name} says {key.value} twice{_place(key.start_mark)}: leave one of them.")
        seen.add(key.value)


def _keys(root: Any) -> Iterator[Any]:
    return (key for key, _ in root.value if isinstance(key, yaml.ScalarNode))


def _place(mark: Any) -> str:
    return f" (line {mark.line + 1})" if mark is not None else ""
