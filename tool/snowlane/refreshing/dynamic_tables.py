"""Has the dynamic tables refresh that did before: a copy's arrive suspended, and no pause knows them.

The old ones tell which did, until they are suspended: by then the new one runs.
"""

from dataclasses import replace

from snowlane.errors import SnowflakeError
from snowlane.pipeline.parking import Change
from snowlane.plan.parked import Parked
from snowlane.refreshing.run import RefreshRun
from snowlane.snowflake.catalog import show_all
from snowlane.snowflake.parking import Refused, send
from snowlane.snowflake.session import DOES_NOT_EXIST, UNSUPPORTED
from snowlane.sql.names import qualified

_KIND = "DYNAMIC TABLE"
_STILL = "SUSPENDED"


def resume_dynamic_tables(run: RefreshRun) -> None:
    """Resume each whose old one is not suspended, and suspend that. Raises SnowlaneError.

    Source: docs.snowflake.com/en/sql-reference/sql/show-dynamic-tables (scheduling_state).
    """
    (session,) = run.cloners()
    pairs = []
    for aside, own in run.databases.items():
        try:
            rows = show_all(session, "DYNAMIC TABLES", aside)
        except SnowflakeError as error:
            if error.number != UNSUPPORTED:
                raise
            rows = []
        for row in rows:
            if str(row["scheduling_state"]).upper() != _STILL:
                place = str(row["schema_name"]), str(row["name"])
                pairs.append((qualified(own, *place), qualified(aside, *place)))
    for own, aside in pairs:
        resume = Change(_KIND, own, f"ALTER {_KIND} {own} RESUME")
        ((_, answer),) = send(session, run.lock, [resume])
        done = run.restored
        if answer.is_done:
            run.progress(f"resuming {resume}")
            run.restored = replace(done, changes=(*done.changes, resume))
        elif answer.number in DOES_NOT_EXIST:
            run.restored = replace(done, gone=(*done.gone, Parked(_KIND, own)))
        else:
            refused = Refused(resume, f"{answer.number:06d}: {answer.message}")
            run.restored = replace(done, refused=(*done.refused, refused))
        send(session, run.lock, [Change(_KIND, aside, f"ALTER {_KIND} {aside} SUSPEND")])
