"""The last step: nothing in the copy refers elsewhere, and nothing in it runs."""

from snowlane.cloning.run import CloneRun, NotMadeError
from snowlane.environments.foreign import Foreign
from snowlane.environments.leaks import leaks
from snowlane.environments.steps import Step
from snowlane.snowflake.copying import running_pipes


def check_copy(run: CloneRun, foreign: Foreign) -> None:
    """Raise NotMadeError with the list of what refers to `foreign`, or runs."""
    run.begin(Step.CHECK)
    contents = run.read(run.cloners(len(run.copies)))
    pipes = running_pipes(run.session, contents)
    lines = [str(each) for each in leaks(contents, foreign.databases, foreign.urls) if each.certain]
    started = [item for item in contents.of("TASK", "ALERT") if item.says("state") == "started"]
    lines += [f"{item}: it is started" for item in started]
    lines += [f"pipe {name}: it runs" for name in pipes]
    if lines:
        raise NotMadeError(
            f"{run.environment.name} is no copy of its own yet",
            why="\n".join(lines),
            next="correct these in the copy, then run the same command again",
        )
