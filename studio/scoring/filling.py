"""A question set about anybody's brand: its items hold placeholders, `{{name}}`, that are filled in when it is asked.

The fingerprint of a filled set is that of its filled items, so that two reports compare only when both were asked about the same brand. A forbidden claim that names the brand itself is left out: who is Qwen may say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.errors import BadInput
from studio.placeholders import fill, placeholders
from studio.scoring.items import Item, QuestionSet, fingerprint
from studio.scoring.matching import mentions


def placeholders_of(items: Sequence[Item]) -> tuple[str, ...]:
    """The names of the placeholders that the items hold, sorted."""
    return tuple(sorted({name for item in items for name in placeholders(item.model_dump_json())}))


def fill_question_set(question_set: QuestionSet, values: Mapping[str, str]) -> QuestionSet:
    """The set with its placeholders filled; itself where it holds none.

    Raises:
        BadInput: a placeholder has no value, a value has no placeholder, or a filled item can't be used; the sentence names it.
    """
    wanted = placeholders_of(question_set.items)
    if missing := [name for name in wanted if not values.get(name, "").strip()]:
        examples = " ".join(f'--fill {name}="..."' for name in missing)
        raise BadInput(
            f"The question set {question_set.name} asks about a brand of yours: say its {' and '.join(missing)} "
            f"(on the command line {examples})."
        )
    if unknown := sorted(set(values) - set(wanted)):
        has = f"It has: {', '.join(wanted)}." if wanted else "It has none."
        raise BadInput(f"The question set {question_set.name} has no placeholder {' and '.join(unknown)}. {has}")
    if not wanted:
        return question_set
    items = tuple(_filled(item, values) for item in question_set.items)
    return replace(question_set, items=items, fingerprint=fingerprint(items))


def _filled(item: Item, values: Mapping[str, str]) -> Item:
    fields = item.model_dump(mode="json")
    fields["forbidden"] = [claim for claim in item.forbidden if not _names_one_of(claim, values)]
    try:
        return Item.model_validate(_fill_texts(fields, values))
    except ValueError as error:
        given = ", ".join(f"{name} = {value!r}" for name, value in values.items())
        raise BadInput(f"{item.id} can't be filled in with {given}: every value needs a word or a number.") from error


def _names_one_of(claim: str, values: Mapping[str, str]) -> bool:
    own = values.values() if not placeholders(claim) else ()
    return any(mentions(claim, value) or mentions(value, claim) for value in own)


def _fill_texts(value: object, values: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, dict):
        return {key: _fill_texts(inner, values) for key, inner in value.items()}
    return [_fill_texts(inner, values) for inner in value] if isinstance(value, list) else value
