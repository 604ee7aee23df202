"""What plain Alembic runs: the connection, the names and the statements come from snowlane."""

from alembic import context

from snowlane.plain_alembic import run

run(context)
