"""The second step: the copies, which still belong to the source's roles, become the environment's."""

from snowlane.cloning.run import CloneRun
from snowlane.environments.contents import Item
from snowlane.environments.handover import hand_over
from snowlane.environments.steps import Step
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.copying import roles_held
from snowlane.snowflake.databases import read_databases


def give_to_environment(run: CloneRun) -> None:
    """Hand over what the role that copies may hand over; the rest was said before. Raises SnowlaneError."""
    run.begin(Step.HAND_OVER)
    there = read_databases(run.session, run.copies)
    role = run.environment.role
    copies = [name for name in run.copies if name not in there or there[name].owner != role]
    if not copies:
        return
    sessions = run.cloners()
    contents = run.copied or read_contents(sessions, copies)
    held, manages = roles_held(sessions[0], contents)

    def movable(item: Item) -> bool:
        return manages or item.owner in held

    for text in hand_over(contents, copies, role, movable):
        run.requests.send(sessions[0], "hand over", role, text)
