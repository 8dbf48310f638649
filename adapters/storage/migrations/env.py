"""Alembic runs this; the connection and its transaction are migrate()'s."""

from alembic import context

from adapters.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
