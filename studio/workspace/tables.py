"""The database's tables: what people did, and what must survive any restart. What is large and immutable lies in files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; store the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that what was stored is UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class Battle(Base):
    """One prompt answered by two sides. `left` and `right` are model names; digests pin the weights."""

    __tablename__ = "battles"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    messages: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    left_model: Mapped[str] = mapped_column(String(200))
    right_model: Mapped[str] = mapped_column(String(200))
    left_digest: Mapped[str] = mapped_column(String(80))
    right_digest: Mapped[str] = mapped_column(String(80))
    left_answer: Mapped[str] = mapped_column(Text)
    right_answer: Mapped[str] = mapped_column(Text)
    blind: Mapped[bool]
    decoding: Mapped[dict[str, Any]] = mapped_column(JSON)
    visitor: Mapped[str] = mapped_column(String(64), default="")
    vote: Mapped[Vote | None] = relationship(back_populates="battle", cascade="all, delete-orphan")


class Vote(Base):
    """The person's choice on a battle: left, right, tie or both_bad. At most one a battle."""

    __tablename__ = "votes"

    battle_id: Mapped[str] = mapped_column(ForeignKey("battles.id", ondelete="CASCADE"), primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    choice: Mapped[str] = mapped_column(String(10))
    battle: Mapped[Battle] = relationship(back_populates="vote")


class ShareLink(Base):
    """One link to a snapshot. The token itself is never stored, only its SHA-256 in hex."""

    __tablename__ = "share_links"
    __table_args__ = (Index("ix_share_links_report", "report"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    hint: Mapped[str] = mapped_column(String(8))
    report: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    snapshot: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened: Mapped[int] = mapped_column(default=0)
    last_opened: Mapped[datetime | None] = mapped_column(UtcDateTime)
