"""What the tab "What the model sees" says and shows."""

from __future__ import annotations

import re
from html import unescape

from studio.dataset.tokens.lengths import Lengths
from studio.dataset.tokens.view import RowTokens, Token, TokenView
from studio.ui.views import data_tokens as view
from studio.ui.views.data_rows import RowFilter, rows_html, select_page
from tests.support import make_rows


def tokens(*texts: str, trained_from: int, max_length: int = 512) -> TokenView:
    made = [Token(at, text, text.startswith("<|"), at >= trained_from, at >= max_length) for at, text in enumerate(texts)]
    return TokenView(made, max_length)


PLAIN = tokens("<|user|>", "Where", "\n", " <b>is</b>", "<|assistant|>", "Here", ".", "<|end|>", trained_from=5)


def shown(seen: RowTokens) -> str:
    return view.tokens_html(seen, row=3, rows=1_200, model="Small <1>")


def test_one_sentence_says_all_the_counts() -> None:
    assert "Row 3 of 1,200 has 8 tokens for Small &lt;1&gt;: 3 learned, none cut at 512." in shown(RowTokens(PLAIN))
    cut = shown(RowTokens(tokens(*"abcdefgh", trained_from=3, max_length=6)))
    assert "3 learned, 2 cut at 6. The cut takes 2 tokens of the answer away." in cut


def test_every_token_stands_in_a_box_with_its_id_and_state_and_is_never_markup() -> None:
    html = shown(RowTokens(PLAIN))
    boxes = re.findall(r'<span class="token ([^"]*)" title="([^"]*)">', html)
    assert [look for look, _ in boxes] == ["special", "", "", "", "special", "learned", "learned", "learned special"]
    assert boxes[5][1] == "id 5, token 6: learned" and boxes[0][1] == "id 0, token 1: mark of the template"
    assert "<b>" not in html and " <b>is</b>" in unescape(html) and "⏎" in html


def test_the_cut_is_a_line_with_words_before_the_first_token_that_is_cut() -> None:
    html = shown(RowTokens(tokens(*"abcdefgh", trained_from=3, max_length=6)))
    before, after = html.split('role="separator"')
    assert "cut here at 6" in after and 'title="id 5,' in before and 'title="id 6, token 7: cut"' in after
    assert "separator" not in shown(RowTokens(PLAIN))


def test_a_row_that_teaches_nothing_says_so_and_what_to_do() -> None:
    assert "Raise max_length" in shown(RowTokens(tokens(*"abcdefgh", trained_from=6, max_length=4)))
    assert "it has no answer" in shown(RowTokens(TokenView([], 512)))
    assert "judged bad" in shown(RowTokens(PLAIN, judged_bad=True))


def test_the_worse_answer_is_never_marked_as_learned() -> None:
    html = shown(RowTokens(PLAIN, PLAIN))
    better, worse = html.split("With the worse answer")
    assert better.count('"token learned') > 1 and '"token learned' not in worse and worse.count('"token avoided') == 3


def test_a_split_character_is_written_once_and_its_parts_are_numbered() -> None:
    parts = [Token(7, "您", False, True, False, (1, 2)), Token(8, "您", False, True, False, (2, 2))]
    html = shown(RowTokens(TokenView(parts, 512)))
    assert re.search(r'>您<span class="part">1/2</span></span><span [^>]*><span class="part">2/2</span>', html)
    assert "part 2 of 2 of “您”" in html


def test_a_very_long_row_is_drawn_in_part_and_says_how_much_is_missing() -> None:
    html = shown(RowTokens(tokens(*["a"] * (view.MOST_SHOWN + 5), trained_from=1)))
    assert html.count('title="id') == view.MOST_SHOWN and "5 tokens more are not shown" in html


def test_lengths_are_a_sentence_and_a_table_in_which_the_chosen_one_is_marked() -> None:
    html = view.lengths_html(Lengths([50, 100, 600], [10, 20, 30], [40, 80, 570], left_out=2), 300)
    assert "Half of the rows have at most 100 tokens" in html and "60 of 750 tokens are learned" in html
    assert "2 rows whose answer was judged bad" in html
    assert "<td><strong>300 (chosen)</strong></td><td>1</td><td>33.3%</td><td>1</td>" in html


def test_each_card_of_the_rows_tab_leads_to_its_tokens() -> None:
    page = select_page(make_rows(), RowFilter(), 2)
    html = rows_html(page, filtered=False, tokens=lambda number: view.row_address("a-1", number))
    assert html.count("What the model sees") == len(page.rows)
    assert 'href="data?dataset=a-1&amp;row=11"' in html


def test_the_address_of_a_row_holds_what_is_needed_to_see_it_again() -> None:
    assert view.row_address("a-1", 12, "m", 64) == "data?dataset=a-1&row=12&model=m&max_length=64"
