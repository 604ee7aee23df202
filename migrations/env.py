"""What plain Alembic runs: the connection, the names and the statements come from snowlane."""

from alembic import context
from snowlane.alembic.environment import run

run(context)
