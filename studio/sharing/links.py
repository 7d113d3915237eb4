"""Share links: unguessable, revocable, and dead in one way only.

The token has 128 random bits. The database keeps its SHA-256, so that who reads the database can open nothing; the first
four characters stay as a hint by which the owner recognises a link (104 bits remain unknown).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import or_, select, update

from studio.errors import BadInput, NotFound
from studio.sharing.snapshots import Snapshot, load, make_snapshot, save
from studio.workspace.clock import now
from studio.workspace.database import Database
from studio.workspace.layout import Workspace
from studio.workspace.reports import read_report
from studio.workspace.tables import ShareLink

MAX_DAYS = 365
DEAD_LINK = "This link leads nowhere: it was never made, has expired, or was revoked. Ask whoever sent it for a new one."
_TOKEN_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")  # 16 bytes in base64url, RFC 4648
_HINT_CHARACTERS = 4


class LinkState(StrEnum):
    """Whether a link opens."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class CreatedLink:
    """A new link. `url` and `token` are shown once: they cannot be had again."""

    url: str
    token: str
    token_hash: str
    expires: datetime | None
    snapshot: Snapshot


@dataclass(frozen=True)
class LinkInfo:
    """A link as its owner sees it in the list. `snapshot` is the digest of what it serves."""

    token_hash: str
    hint: str
    report: str
    title: str
    snapshot: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    opened: int
    last_opened: datetime | None
    state: LinkState


class ShareLinks:
    """The links of one workspace."""

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self._workspace = workspace
        self._database = database

    def create(self, report_id: str, *, days: int | None, title: str | None = None, base_url: str) -> CreatedLink:
        """Make a snapshot of the report and a link to it that opens for `days` days, or until revoked when None.

        Raises:
            BadInput: `days` is not a whole number from 1 to 365, the title is too long, or `base_url` is no web address.
            NotFound: there is no such report.
        """
        lifetime = _lifetime(days)
        origin = _origin(base_url)
        snapshot = make_snapshot(read_report(self._workspace, report_id), title)
        digest = save(self._workspace, snapshot)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        created = now()
        link = ShareLink(
            token_hash=_hash(token),
            hint=token[:_HINT_CHARACTERS],
            report=report_id,
            title=snapshot.title,
            snapshot=digest,
            created=created,
            expires=created + lifetime if lifetime else None,
        )
        with self._database.session() as session:
            session.add(link)
        return CreatedLink(f"{origin}/s/{token}", token, link.token_hash, link.expires, snapshot)

    def open(self, token: str) -> Snapshot:
        """The snapshot behind a token; the opening is counted.

        Raises:
            NotFound: the token is wrong, malformed, expired or revoked; the error is the same for all four.
            StudioError: the snapshot's file is damaged or gone.
        """
        if not _TOKEN.fullmatch(token):
            raise NotFound(DEAD_LINK)
        moment = now()
        alive = (
            ShareLink.token_hash == _hash(token),
            ShareLink.revoked.is_(None),
            or_(ShareLink.expires.is_(None), ShareLink.expires > moment),
        )
        # One statement: openings at the same moment are all counted, and nothing opens after it was revoked.
        counted = update(ShareLink).where(*alive).values(opened=ShareLink.opened + 1, last_opened=moment)
        with self._database.session() as session:
            digest = session.execute(counted.returning(ShareLink.snapshot)).scalar_one_or_none()
        if digest is None:
            raise NotFound(DEAD_LINK)
        return load(self._workspace, digest)

    def listing(self) -> list[LinkInfo]:
        """All links, the newest first."""
        moment = now()
        with self._database.session() as session:
            links = session.scalars(select(ShareLink).order_by(ShareLink.created.desc(), ShareLink.token_hash)).all()
        return [_info(link, moment) for link in links]

    def revoke(self, token_hash: str) -> None:
        """Close a link for good. Revoking it again changes nothing.

        Raises:
            NotFound: there is no such link.
        """
        with self._database.session() as session:
            link = session.get(ShareLink, token_hash)
            if link is None:
                raise NotFound("There is no such share link. Reload the list: it may be out of date.")
            link.revoked = link.revoked or now()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def _lifetime(days: int | None) -> timedelta | None:
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MAX_DAYS:
        raise BadInput(
            f"A share link opens for 1 to {MAX_DAYS} days or, when no number is given, until it is revoked; {days!r} is neither."
        )
    return timedelta(days=days)


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise BadInput(f"{base_url!r} is no web address to make a link from. Set STUDIO_URL to one that begins with https://.")
    return base_url.rstrip("/")


def _info(link: ShareLink, moment: datetime) -> LinkInfo:
    return LinkInfo(
        token_hash=link.token_hash,
        hint=link.hint,
        report=link.report,
        title=link.title,
        snapshot=link.snapshot,
        created=link.created,
        expires=link.expires,
        revoked=link.revoked,
        opened=link.opened,
        last_opened=link.last_opened,
        state=_state(link, moment),
    )


def _state(link: ShareLink, moment: datetime) -> LinkState:
    if link.revoked is not None:
        return LinkState.REVOKED
    return LinkState.EXPIRED if link.expires is not None and link.expires <= moment else LinkState.OPEN
