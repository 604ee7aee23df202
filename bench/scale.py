"""A large project against an environment that is nearly up to date, and what reading it costs.

What is applied is written into the environment's own tables as a deployment would: making a
thousand tables and two thousand views for it would measure the account.
"""

import json
from pathlib import Path

from projects import add_revisions, large_project
from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.plan.bundle import revision_hash
from snowlane.plan.state_tables import (
    OBJECTS_TABLE,
    REVISIONS_TABLE,
    VERSION_TABLE,
    metadata_table,
)
from snowlane.repository import read_repository
from snowlane.sql.names import literal

_ROWS_AT_ONCE = 500


def nearly_up_to_date(root: Path, *, applied: int, pending: int, objects: int) -> Path:
    """A project whose environment dev lacks only its last revisions; the account must run."""
    large_project(root, applied, objects)
    project = Project(root)
    environment = project.environment("dev")
    repository = read_repository(project, environment)
    revisions = [
        f"({literal(script.revision)}, {literal(revision_hash(script.source))}, SYSDATE())"
        for script in repository.history.line
    ]
    found = [
        f"({literal(each.identity.kind)}, {literal(each.identity.full_name)}, "
        f"{literal(each.identity.arguments)}, {literal(each.hash)}, {literal(each.text)}, SYSDATE())"
        for each in repository.objects
    ]
    newest = repository.history.head
    assert newest is not None
    with Target(project, environment, local=True).open() as session:
        rows = {
            VERSION_TABLE: [f"({literal(newest)})"],
            REVISIONS_TABLE: revisions,
            OBJECTS_TABLE: found,
        }
        for table, values in rows.items():
            for start in range(0, len(values), _ROWS_AT_ONCE):
                part = ", ".join(values[start : start + _ROWS_AT_ONCE])
                session.execute(
                    f"INSERT INTO {metadata_table(environment, table)} SELECT * FROM VALUES {part}"
                )
    add_revisions(
        root,
        applied + 1,
        applied + pending,
        'op.sql("CREATE TABLE RAW.METADATA.T{number} (A INTEGER, B VARCHAR(10))")',
        'op.sql("DROP TABLE RAW.METADATA.T{number}")',
    )
    return root


def pending_of(plan: str) -> int:
    """How many statements a plan, as JSON, would run."""
    return int(json.loads(plan)["statements"])
