"""What the model will see of a row, token by token, from the renderer that training uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from studio.chat.render import Rendered, render_training
from studio.errors import NotFound
from studio.workspace.datasets import Row, read_manifest, read_rows
from studio.workspace.layout import Workspace

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_UNFINISHED = "\ufffd"  # what a decoder puts where a character's bytes are incomplete
_LONGEST_PART = 8  # tokens over which one character, or two that share a token, can be split


@dataclass(frozen=True)
class Token:
    """One token as it decodes.

    Attributes:
        id: its number in the model's vocabulary.
        text: what it stands for. Of a character that is split over several tokens, each of them holds the whole character.
        special: whether it is a mark of the template or the model, and no text.
        trained: whether the model learns to say it.
        cut: whether it lies beyond the longest row that is trained, so that the model never sees it.
        part: (1, 3) for the first of three tokens of a split character; None for a token that is whole by itself.
    """

    id: int
    text: str
    special: bool
    trained: bool
    cut: bool
    part: tuple[int, int] | None = None


@dataclass(frozen=True)
class TokenView:
    """A rendered conversation, of which the model sees the first `max_length` tokens."""

    tokens: Sequence[Token]
    max_length: int

    @property
    def total(self) -> int:
        """Tokens in all."""
        return len(self.tokens)

    @property
    def cut(self) -> int:
        """Tokens beyond `max_length`."""
        return max(0, self.total - self.max_length)

    @property
    def trained(self) -> int:
        """Tokens that are learned, of those that are left."""
        return sum(token.trained and not token.cut for token in self.tokens)

    @property
    def lost(self) -> int:
        """Tokens that would be learned if they were not cut."""
        return sum(token.trained and token.cut for token in self.tokens)

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        counts = {"total": self.total, "trained": self.trained, "cut": self.cut, "trained_lost": self.lost}
        return {**counts, "tokens": [asdict(token) for token in self.tokens]}


@dataclass(frozen=True)
class RowTokens:
    """A row's conversation; and with the worse answer in place of the better one, where the row has both.

    `judged_bad` rows have an answer that somebody called a bad one: a training leaves them out.
    """

    chosen: TokenView
    rejected: TokenView | None = None
    judged_bad: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        worse = {} if self.rejected is None else {"rejected": self.rejected.to_json()}
        return {**self.chosen.to_json(), "judged_bad": self.judged_bad, **worse}


def find_row(workspace: Workspace, dataset: str, number: int) -> Row:
    """The row of that number, counted from 1 as on the Data page.

    Raises:
        NotFound: there is no such dataset, or it is shorter.
    """
    rows = read_manifest(workspace, dataset).rows
    if not 1 <= number <= rows:
        raise NotFound(f"There is no row {number:,} in {dataset}: its rows are numbered from 1 to {rows:,}.")
    return next(islice(read_rows(workspace, dataset), number - 1, None))


def row_tokens(tokenizer: PreTrainedTokenizerBase, row: Row, *, max_length: int) -> RowTokens:
    """Every token of a row, whether it is trained, and whether it is cut at `max_length` tokens."""
    chosen = view_tokens(tokenizer, render_training(tokenizer, row.messages), max_length=max_length)
    if row.rejected is None:
        return RowTokens(chosen, judged_bad=row.label is False)
    worse = [*row.messages[:-1], {**row.messages[-1], "content": row.rejected}]
    rejected = view_tokens(tokenizer, render_training(tokenizer, worse), max_length=max_length)
    return RowTokens(chosen, rejected, judged_bad=row.label is False)


def view_tokens(tokenizer: PreTrainedTokenizerBase, rendered: Rendered, *, max_length: int) -> TokenView:
    """A rendered conversation as people can read it."""
    special = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    tokens = [
        Token(number, text, number in special, learned, place >= max_length)
        for place, (number, text, learned) in enumerate(
            zip(rendered.input_ids, _decoded(tokenizer, [[one] for one in rendered.input_ids]), rendered.trained, strict=True)
        )
    ]
    return TokenView(_with_split_characters(tokenizer, tokens), max_length)


def _with_split_characters(tokenizer: PreTrainedTokenizerBase, tokens: Sequence[Token]) -> list[Token]:
    """The tokens, those that hold a part of a character with the whole of it."""
    joined: list[Token] = []
    while len(joined) < len(tokens):
        place = len(joined)
        size, text = _whole_character(tokenizer, tokens[place : place + _LONGEST_PART])
        parts = tokens[place : place + size]
        joined += parts if size == 1 else [replace(one, text=text, part=(at, size)) for at, one in enumerate(parts, start=1)]
    return joined


def _whole_character(tokenizer: PreTrainedTokenizerBase, tokens: Sequence[Token]) -> tuple[int, str]:
    """How many of the tokens make whole characters, and which; the first alone where none do (a row may hold U+FFFD itself)."""
    if _UNFINISHED not in tokens[0].text:
        return 1, tokens[0].text
    for size in range(2, len(tokens) + 1):
        (text,) = _decoded(tokenizer, [[token.id for token in tokens[:size]]])
        if _UNFINISHED not in text:
            return size, text
    return 1, tokens[0].text


def _decoded(tokenizer: PreTrainedTokenizerBase, groups: Sequence[Sequence[int]]) -> list[str]:
    return [tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False) for ids in groups]
