from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from studio.sharing.page import page_headers, render_not_found, render_page
from studio.sharing.snapshots import make_snapshot
from studio.workspace.reports import Report

URL = "https://studio.example/s/AbCdEfGhIjKlMnOpQrStUv"


class Outline(HTMLParser):
    """The tags of a page with their attributes, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += " " if tag in {"th", "td"} else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def html(report: Report) -> str:
    return render_page(make_snapshot(report), url=URL)


@pytest.fixture
def page(html: str) -> Outline:
    return Outline(html)


def words(page: Outline) -> str:
    return " ".join(page.text.split())


def test_what_a_model_wrote_is_shown_as_text_and_never_as_markup(html: str, page: Outline) -> None:
    assert "<script" not in html.lower()
    assert not page.all("img")
    assert "<script>alert(1)</script>" in page.text


def test_nothing_is_fetched_from_elsewhere(html: str, page: Outline) -> None:
    assert not [tag for tag in ("link", "script", "iframe", "object", "embed", "img", "base", "form") if page.all(tag)]
    assert not [attributes["src"] for _, attributes in page.tags if "src" in attributes]
    assert "url(http" not in html and "@import" not in html
    addresses = [link["href"] or "" for link in page.all("a")]
    assert all(address.startswith(("#", URL)) for address in addresses)


def test_search_engines_and_referrers_are_turned_away(page: Outline) -> None:
    named = {meta.get("name"): meta.get("content") for meta in page.all("meta")}
    assert named["robots"] == "noindex"
    assert named["referrer"] == "no-referrer"
    headers = page_headers()
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"], headers["Cache-Control"]) == (
        "nosniff",
        "DENY",
        "private",
    )


def test_a_preview_elsewhere_shows_the_title_and_the_result(page: Outline) -> None:
    graph = {meta["property"]: meta["content"] for meta in page.all("meta") if "property" in meta}
    assert graph["og:title"] == "Accuracy report: high frequency"
    assert graph["og:url"] == URL
    assert "Base: 3/12 = 25.0% (Wilson 95%: 8.9–53.2%)" in (graph["og:description"] or "")


def test_the_headline_gives_count_percentage_and_interval_of_both_models(page: Outline) -> None:
    assert "Base 3/12 = 25.0% (Wilson 95%: 8.9–53.2%)" in words(page)
    assert "Tuned 9/12 = 75.0% (Wilson 95%: 46.8–91.1%)" in words(page)


def test_the_paired_test_is_told_in_plain_words_and_claims_no_more_than_it_allows(page: Outline) -> None:
    assert "Tuning fixed 7 items and broke 1." in words(page)
    assert "p = 0.070" in words(page)
    assert "can’t be told apart with confidence" in words(page)


def test_a_clear_difference_is_called_one(report: Report) -> None:
    assert report["comparison"] is not None
    report["comparison"]["mcnemar_p"] = 0.0004
    page = Outline(render_page(make_snapshot(report), url=URL))
    assert "the tuned model is right more often than the base model" in words(page)
    assert "p < 0.001" in words(page)


def test_every_item_is_in_exactly_one_group_with_both_answers(html: str, report: Report) -> None:
    groups = dict(re.findall(r'<section class="group" id="([\w-]+)".*?</h3>(.*?)</section>', html, re.DOTALL))
    counts = {name: body.count('class="item"') for name, body in groups.items()}
    assert counts == {"fixed": 7, "broken": 1, "still-failing": 2, "right-both": 2}
    assert html.count('class="answer base"') == html.count('class="answer tuned"') == len(report["items"])


def test_outcomes_are_said_in_words_beside_the_shape(page: Outline) -> None:
    text = words(page)
    for said in ("✓passed", "✗failed", "!errored"):
        assert said in text


def test_missed_points_the_hand_over_and_the_cause_of_an_error_are_said(page: Outline) -> None:
    text = words(page)
    assert "Did not state: full refund" in text
    assert "Handing over to a person: decided wrongly." in text
    assert "RuntimeError: [path] could not be read." in text


def test_what_was_measured_is_named_so_that_it_can_be_compared(page: Outline) -> None:
    text = words(page)
    for fact in (
        "high_frequency, 12 items",
        "ffffffffffff",
        "greedy",
        "12 October 2026, 11:15 UTC",
        "ab12ab12ab12",
        "cd34cd34cd34",
    ):
        assert fact in text
    assert "Replaced before sharing: 1 e-mail address, 2 file paths, 1 phone number." in text


def test_floors_weighted_accuracy_and_the_worst_industry_are_shown(page: Outline) -> None:
    text = words(page)
    assert "The question, echoed 1/12 = 8.3%" in text
    assert "Accuracy weighted by traffic 23.0% 73.0%" in text
    assert "Worst industry airline: 1/4 = 25.0% banking: 2/4 = 50.0%" in text


def test_the_data_is_linked(page: Outline) -> None:
    assert f"{URL}.json" in [link["href"] for link in page.all("a")]


def test_headings_never_skip_a_level_and_tables_have_captions_and_scopes(html: str, page: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert html.count("<caption") == html.count("<table")
    assert all(cell.get("scope") in {"row", "col"} for cell in page.all("th"))


def test_every_link_inside_the_page_leads_somewhere_and_no_id_occurs_twice(page: Outline) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inner = {(link["href"] or "")[1:] for link in page.all("a") if (link["href"] or "").startswith("#")}
    assert inner <= set(ids)


def test_one_model_alone_makes_a_page_without_a_comparison(report: Report) -> None:
    report["comparison"] = None
    report["models"] = report["models"][:1]
    page = Outline(render_page(make_snapshot(report), url=URL))
    assert "nothing to compare it with" in words(page)
    assert "McNemar test, two-sided" not in words(page)
    assert "Failing 9" in words(page)


def test_the_same_snapshot_gives_the_same_page(html: str, report: Report) -> None:
    assert render_page(make_snapshot(report), url=URL) == html


def test_the_page_of_a_dead_link_says_what_to_do_and_names_no_token() -> None:
    page = Outline(render_not_found())
    assert "ask whoever sent it for a new link" in words(page)
    assert "noindex" in [meta.get("content") for meta in page.all("meta")]


@pytest.mark.browser
def test_in_a_browser_the_page_fits_keeps_its_own_policy_and_axe_finds_nothing(html: str, browser: Browser) -> None:
    opened = html.replace('<details class="item"', '<details open class="item"')
    for width, scheme in ((1280, "light"), (390, "dark")):
        size = {"width": width, "height": 844}
        tab = browser.new_page(viewport=size, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
        tab.set_content(opened)
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        assert [violation["id"] for violation in Axe().run(tab).response["violations"]] == []
        tab.close()
    tab, complaints, requests = browser.new_page(), [], []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("request", lambda request: requests.append(request.url))
    answer = {"body": opened, "headers": {**page_headers(), "Content-Type": "text/html; charset=utf-8"}}
    tab.route("http://studio.test/**", lambda route: route.fulfill(**answer))
    tab.goto("http://studio.test/s/token")
    assert complaints == []
    assert requests == ["http://studio.test/s/token"]
    tab.close()
