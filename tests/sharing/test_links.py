from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from studio.errors import BadInput, NotFound, StudioError
from studio.sharing import links as module
from studio.sharing.links import CreatedLink, LinkState, ShareLinks
from studio.workspace.database import Database
from studio.workspace.layout import Workspace
from studio.workspace.reports import Report

BASE_URL = "https://studio.example/"


@pytest.fixture
def links(workspace: Workspace, database: Database) -> ShareLinks:
    return ShareLinks(workspace, database)


@pytest.fixture
def link(links: ShareLinks, stored_report: Report) -> CreatedLink:
    return links.create(stored_report["id"], days=30, title="March", base_url=BASE_URL)


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def ahead(**duration: float) -> None:
        moment = datetime.now(UTC) + timedelta(**duration)
        monkeypatch.setattr(module, "now", lambda: moment)

    return ahead


def test_the_url_carries_a_token_of_128_bits(link: CreatedLink) -> None:
    assert link.url == f"https://studio.example/s/{link.token}"
    assert len(link.token) == 22


def test_the_token_itself_is_nowhere_on_disk(workspace: Workspace, link: CreatedLink) -> None:
    written = b"".join(path.read_bytes() for path in workspace.home.rglob("*") if Path(path).is_file())
    assert link.token.encode() not in written
    assert hashlib.sha256(link.token.encode()).hexdigest().encode() in written


def test_opening_gives_the_snapshot_that_was_previewed(links: ShareLinks, link: CreatedLink) -> None:
    assert links.open(link.token) == link.snapshot
    assert link.snapshot.title == "March"


def test_a_later_change_of_the_report_does_not_reach_the_link(workspace: Workspace, links: ShareLinks, link: CreatedLink) -> None:
    (info,) = links.listing()
    (workspace.run(info.report) / "report.json").unlink()
    assert links.open(link.token) == link.snapshot


def test_openings_are_counted_even_at_the_same_moment(links: ShareLinks, link: CreatedLink) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(links.open, [link.token] * 12))
    (info,) = links.listing()
    assert info.opened == 12
    assert info.last_opened is not None


def test_every_dead_token_is_refused_in_the_same_words(
    links: ShareLinks, stored_report: Report, travel: Callable[..., None]
) -> None:
    expired, revoked = (links.create(stored_report["id"], days=1, base_url=BASE_URL) for _ in range(2))
    links.revoke(revoked.token_hash)
    travel(days=1, seconds=5)
    wrong = "A" * 22
    errors = []
    for token in (
        expired.token,
        revoked.token,
        wrong,
        "",
        "short",
        "../../studio.db",
        "é" * 22,
        "x" * 10_000,
        f"{revoked.token}\n",
    ):
        with pytest.raises(NotFound) as caught:
            links.open(token)
        errors.append((type(caught.value), caught.value.message))
    assert len(set(errors)) == 1


def test_a_refused_opening_is_not_counted(links: ShareLinks, link: CreatedLink) -> None:
    links.revoke(link.token_hash)
    with pytest.raises(NotFound):
        links.open(link.token)
    assert links.listing()[0].opened == 0


def test_a_link_opens_until_the_moment_it_expires(links: ShareLinks, link: CreatedLink, travel: Callable[..., None]) -> None:
    travel(days=29, hours=23)
    assert links.open(link.token) == link.snapshot
    travel(days=30, minutes=1)
    with pytest.raises(NotFound):
        links.open(link.token)
    assert links.listing()[0].state is LinkState.EXPIRED


def test_a_link_without_days_opens_for_good(links: ShareLinks, stored_report: Report, travel: Callable[..., None]) -> None:
    link = links.create(stored_report["id"], days=None, base_url=BASE_URL)
    assert link.expires is None
    travel(days=5000)
    assert links.open(link.token) == link.snapshot


@pytest.mark.parametrize("days", [0, -1, 366, True, 1.5, "7"])
def test_a_lifetime_outside_1_to_365_days_is_refused(links: ShareLinks, stored_report: Report, days: int) -> None:
    with pytest.raises(BadInput, match="1 to 365 days"):
        links.create(stored_report["id"], days=days, base_url=BASE_URL)
    assert links.listing() == []


@pytest.mark.parametrize("address", ["", "studio.example", "javascript:alert(1)", "file:///etc"])
def test_a_base_url_that_is_no_web_address_is_refused(links: ShareLinks, stored_report: Report, address: str) -> None:
    with pytest.raises(BadInput, match="STUDIO_URL"):
        links.create(stored_report["id"], days=1, base_url=address)


def test_a_report_that_does_not_exist_makes_no_link(links: ShareLinks) -> None:
    with pytest.raises(NotFound):
        links.create("evaluate-none", days=1, base_url=BASE_URL)
    assert links.listing() == []


def test_the_list_shows_the_newest_first_and_never_the_token(
    links: ShareLinks, stored_report: Report, link: CreatedLink, travel: Callable[..., None]
) -> None:
    travel(seconds=5)
    newer = links.create(stored_report["id"], days=None, title="April", base_url=BASE_URL)
    listed = links.listing()
    assert [info.title for info in listed] == ["April", "March"]
    assert [info.hint for info in listed] == [newer.token[:4], link.token[:4]]
    assert [info.state for info in listed] == [LinkState.OPEN, LinkState.OPEN]
    assert link.token not in repr(listed)


def test_revoking_twice_keeps_the_first_moment(links: ShareLinks, link: CreatedLink, travel: Callable[..., None]) -> None:
    links.revoke(link.token_hash)
    first = links.listing()[0]
    travel(days=1)
    links.revoke(link.token_hash)
    assert links.listing()[0].revoked == first.revoked
    assert first.state is LinkState.REVOKED


def test_revoking_a_link_that_is_not_there_says_so(links: ShareLinks) -> None:
    with pytest.raises(NotFound, match="no such share link"):
        links.revoke("0" * 64)


def test_a_lost_snapshot_is_an_error_of_the_studio_and_no_dead_link(
    workspace: Workspace, links: ShareLinks, link: CreatedLink
) -> None:
    workspace.share(link.snapshot.digest).unlink()
    with pytest.raises(StudioError) as caught:
        links.open(link.token)
    assert not isinstance(caught.value, NotFound)
