"""Alembic's entry point: runs the migrations on the connection that `studio.workspace.database.migrate` hands over."""

from alembic import context

from studio.workspace.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
