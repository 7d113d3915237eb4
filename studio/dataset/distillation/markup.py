"""HTML as Markdown, with what carries questions kept: headings, lists, tables, definition lists, and `<details>`."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from markdownify import ATX, MarkdownConverter

_FURNITURE = [
    "script",
    "style",
    "nav",
    "footer",
    "aside",
    "form",
    "button",
    "noscript",
    "template",
    "svg",
    "img",
    "iframe",
    "title",
]
_FURNITURE_ROLES = {"navigation", "banner", "contentinfo", "search"}


class _Converter(MarkdownConverter):
    """Markdownify, but folded answers stay marked as such."""

    def convert_details(self, element: Any, text: str, parent_tags: Any = None) -> str:
        """A folded part, between lines of its own."""
        return f"\n\n<details>\n\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, element: Any, text: str, parent_tags: Any = None) -> str:
        """What is seen while it is folded."""
        return f"\n\n<summary>{' '.join(element.get_text().split())}</summary>\n\n"


def _is_page_header(element: Tag) -> bool:
    role = element.get("role") in _FURNITURE_ROLES
    return role or (element.name == "header" and element.find(["h1", "h2"]) is None)


def html_markdown(html: str) -> str:
    """The main part of a page as Markdown. Nothing is fetched.

    Navigation, forms, page headers and footers are left out, and so are pictures.
    """
    try:
        soup = BeautifulSoup(html, "html.parser")
        for element in soup.find_all(_FURNITURE):
            element.decompose()
        for element in soup.find_all(_is_page_header):
            element.decompose()
        whole = soup.find("main") or soup.find("article") or soup.body or soup
        return str(_Converter(heading_style=ATX, bullets="-", escape_misc=True).convert_soup(whole))
    except (RecursionError, AssertionError):  # nested thousands deep: its text is all that can be had
        return BeautifulSoup(html, "html.parser").get_text("\n")
