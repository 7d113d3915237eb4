"""The Dashboard item by item: which items a view shows, its address, and each item's HTML and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlencode

from studio.charts import model_labels
from studio.ui.text import dashboard as text
from studio.ui.views.figures import count
from studio.workspace.reports import ItemResult, Report, ReportItem

PAGE = "dashboard"
PAGE_SIZE = 10
SHOWS = tuple(value for _, value in text.SHOW_CHOICES)
_MAX_SEARCH = 200  # characters
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TWO_COLUMNS = "grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))"


@dataclass(frozen=True)
class ItemView:
    """What of a report is shown: one outcome or all, one industry or all (""), a text to find, a page from 1."""

    show: str = "all"
    industry: str = ""
    search: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> ItemView:
        """The view that an address asks for; what can't be used falls back to the first page of everything."""
        show, page = query.get("show", "all"), query.get("page", "1")
        return cls(
            show=show if show in SHOWS else "all",
            industry=query.get("industry", ""),
            search=query.get("q", "")[:_MAX_SEARCH],
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )

    def address(self, report_id: str, *, against: str | None = None) -> str:
        """The address of this view of a report; what is at its default is left out."""
        fields = {
            "report": report_id,
            "show": self.show if self.show != "all" else "",
            "industry": self.industry,
            "q": self.search,
            "page": str(self.page) if self.page > 1 else "",
            "against": against or "",
        }
        return f"{PAGE}?" + urlencode({name: value for name, value in fields.items() if value})

    def turned(self, pages: int) -> ItemView:
        """So many pages on, or back."""
        return replace(self, page=max(1, self.page + pages))


@dataclass(frozen=True)
class Selection:
    """One page of the items that match: `number` is the page's own, from 1 to `pages`."""

    items: Sequence[ReportItem]
    matching: int
    number: int
    pages: int


def select(report: Report, view: ItemView) -> Selection:
    """The items that a view shows; a page beyond the last is the last."""
    needle = view.search.casefold().strip()
    matching = [
        item
        for item in report["items"]
        if _shown(report, item, view.show) and view.industry in ("", item["industry"]) and needle in _searched(item)
    ]
    pages = max(1, -(-len(matching) // PAGE_SIZE))
    number = min(view.page, pages)
    return Selection(matching[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], len(matching), number, pages)


def industries(report: Report) -> list[str]:
    """The industries of the report's items, by name."""
    return sorted({item["industry"] for item in report["items"]})


def item_list(report: Report, selection: Selection) -> str:
    """The page of items, with how many match."""
    if not selection.items:
        return f'<p role="status" class="muted">{escape(text.NO_ITEM)}</p>'
    counted = text.COUNT.format(items=count(selection.matching, "item"), page=selection.number, pages=selection.pages)
    articles = "".join(_article(report, item) for item in selection.items)
    return f'<p role="status" class="muted">{escape(counted)}</p><div style="display:grid;gap:1rem">{articles}</div>'


def view_link(address: str) -> str:
    """The address of a view as a link."""
    return f'<p><a href="{escape(address)}">{escape(text.LINK_LABEL)}</a></p>'


def items_csv(report: Report) -> str:
    """One line an item and model, for a spreadsheet; text that a spreadsheet would take for a formula is quoted by a '."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["id", "family", "industry", "intent", "severity", "weight", "question", "reference", "model", "outcome", "answer", "reason",
         "missed", "claimed", "handover_wrong"]
    )  # fmt: skip
    for item in report["items"]:
        about = [item["id"], item["family"], item["industry"], item["intent"], item["severity"], item["weight"]]
        for model, result in item["results"].items():
            said = [item["question"], item["reference"], model, result["outcome"], result["answer"], result["reason"]]
            wrong = ["; ".join(result["missed"]), "; ".join(result["claimed"]), result["handover_wrong"]]
            writer.writerow([_plain_cell(value) for value in (*about, *said, *wrong)])
    return stream.getvalue()


def _plain_cell(value: object) -> object:
    """See https://owasp.org/www-community/attacks/CSV_Injection."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _shown(report: Report, item: ReportItem, show: str) -> bool:
    if show == "all":
        return True
    if show in ("fixed", "broken"):
        found = report["comparison"]
        return found is not None and item["id"] in (found["fixed"] if show == "fixed" else found["broken"])
    result = item["results"].get(_judged(report))
    passed = result is not None and result["outcome"] == "passed"
    return passed is (show == "passed")


def _judged(report: Report) -> str:
    """The model that "right" and "not right" speak of: the first tuned one, or the base where there is no other."""
    tuned = [model["model"] for model in report["models"] if model["role"] == "tuned"]
    return (tuned or [model["model"] for model in report["models"]])[0]


def _searched(item: ReportItem) -> str:
    answers = [result["answer"] for result in item["results"].values()]
    return "\n".join([item["id"], item["question"], item["reference"], *answers]).casefold()


def _article(report: Report, item: ReportItem) -> str:
    labels = model_labels(report["models"])
    facts = " · ".join(
        [item["id"], item["industry"], item["intent"].replace("_", " "), text.SEVERITY.format(severity=item["severity"])]
    )
    answers = "".join(
        _answer(item["results"][model["model"]], labels[model["model"]], model["role"])
        for model in report["models"]
        if model["model"] in item["results"]
    )
    return (
        f'<article class="card"><h3>{escape(item["question"])}</h3><p class="muted">{escape(facts)}</p>'
        f'<div class="cards" style="{_TWO_COLUMNS}">{answers}</div>'
        f'<details style="margin-top:.5rem"><summary>{escape(text.REFERENCE)}</summary><p>{escape(item["reference"])}</p></details></article>'
    )


def _answer(result: ItemResult, label: str, role: str) -> str:
    outcome = result["outcome"] if result["outcome"] in text.OUTCOME_WORDS else "errored"
    said = escape(result["answer"]) if result["answer"] else f'<span class="muted">{escape(text.NO_ANSWER)}</span>'
    return (
        f'<section class="card side {"base" if role == "base" else "tuned"}"><h4><span class="side-name">{escape(label)}</span> '
        f'<span class="{outcome}">{escape(text.OUTCOME_WORDS[outcome])}</span></h4>'
        f'<p style="white-space:pre-wrap;overflow-wrap:anywhere">{said}</p>{_faults(result)}</section>'
    )


def _faults(result: ItemResult) -> str:
    """What was wrong: points missed, false claims, the hand-over; for an error, why there is no answer."""
    faults = [f"{text.MISSED}: {point}" for point in result["missed"]] + [
        f"{text.CLAIMED}: {claim}" for claim in result["claimed"]
    ]
    if result["handover_wrong"]:
        faults.append(text.HANDOVER)
    if not faults and result["outcome"] != "passed":
        faults.append(result["reason"])
    return f"<ul>{''.join(f'<li>{escape(fault)}</li>' for fault in faults)}</ul>" if faults else ""
