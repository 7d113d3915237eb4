"""Battles, votes and share links."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "battles",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("left_model", sa.String(200), nullable=False),
        sa.Column("right_model", sa.String(200), nullable=False),
        sa.Column("left_digest", sa.String(80), nullable=False),
        sa.Column("right_digest", sa.String(80), nullable=False),
        sa.Column("left_answer", sa.Text(), nullable=False),
        sa.Column("right_answer", sa.Text(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("decoding", sa.JSON(), nullable=False),
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_battles"),
    )
    op.create_index("ix_battles_created", "battles", ["created"])
    op.create_table(
        "votes",
        sa.Column("battle_id", sa.String(32), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("choice", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["battle_id"], ["battles.id"], name="fk_votes_battle_id_battles", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("battle_id", name="pk_votes"),
    )
    op.create_table(
        "share_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(8), nullable=False),
        sa.Column("report", sa.String(100), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=True),
        sa.Column("revoked", MOMENT, nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("last_opened", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_share_links"),
    )
    op.create_index("ix_share_links_report", "share_links", ["report"])


def downgrade() -> None:
    op.drop_table("share_links")
    op.drop_table("votes")
    op.drop_table("battles")
