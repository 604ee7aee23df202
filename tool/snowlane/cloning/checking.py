"""The last step: nothing in the copy refers elsewhere, and nothing in it runs."""

from snowlane.cloning.run import CloneRun, NotMadeError
from snowlane.environments.contents import Item
from snowlane.environments.foreign import Foreign
from snowlane.environments.handover import owned_by_others
from snowlane.environments.leaks import leaks
from snowlane.environments.steps import Step
from snowlane.snowflake.copying import current_role, running_pipes, stage_formats
from snowlane.sql.names import qualified


def check_copy(run: CloneRun, foreign: Foreign) -> None:
    """Raise NotMadeError with the list of what refers to `foreign`, or runs."""
    run.begin(Step.CHECK)
    cloners = run.cloners(len(run.copies))
    run.findings.seen_by = current_role(cloners[0])
    found = run.read(cloners)
    contents = run.own(found)
    pipes = running_pipes(run.session, contents)
    formats = stage_formats(cloners, contents)
    named = leaks(contents, foreign.databases, foreign.urls, formats)
    lines = [str(each) for each in named if each.certain]
    started = [item for item in contents.of("TASK", "ALERT") if item.says("state") == "started"]
    lines += [f"{item}: it is started" for item in started]
    lines += [f"pipe {name}: it runs" for name in pipes]
    lines += [
        f"{item}: it belongs to {item.owner}, perhaps by a grant of OWNERSHIP on future objects"
        for item in owned_by_others(found, {run.environment.role})
        if not _is_left_out(run, item)
    ]
    if lines:
        raise NotMadeError(
            f"{run.environment.name} is no copy of its own yet",
            why="\n".join(lines),
            next="correct these in the copy, then run the same command again",
        )


def _is_left_out(run: CloneRun, item: Item) -> bool:
    """Whether it was said already that the copy lacks it, by its name in the source."""
    path = (run.sources.get(item.path[0], item.path[0]), *item.path[1:])
    name = f"{item.kind.lower()} {qualified(*path)}{item.key.arguments}"
    return any(line.startswith(f"{name}: ") for line in run.findings.left_out)
