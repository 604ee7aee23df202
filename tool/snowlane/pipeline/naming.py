"""Which tasks and pipes the names mean that a person gave to `pipeline run`. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from snowlane.errors import ConfigurationError
from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import Path, Pipe, Pipeline, Task
from snowlane.sql.names import parse_path


def chosen(
    names: Iterable[str], pipeline: Pipeline, databases: Mapping[str, str]
) -> tuple[list[Task], list[Pipe]]:
    """The root tasks and the pipes of these names: logical, physical, or the last part alone.

    Raises ConfigurationError for a name that there is not or that several have, and for a task that
    runs after others, naming its root.
    """
    tasks: list[Task] = []
    pipes: list[Pipe] = []
    graphs = Graphs(pipeline.tasks)
    things: list[Task | Pipe] = [*pipeline.tasks, *pipeline.pipes]
    # What is named twice, in one way or in two, is run once.
    for found in dict.fromkeys(_found(name, things, databases) for name in names):
        if isinstance(found, Pipe):
            pipes.append(found)
        elif graphs.depth(found.name):
            root = graphs.roots_of(found.name)[0]
            raise ConfigurationError(
                f"task {found.name} runs after others and not by itself",
                why="EXECUTE TASK takes the root of a graph and runs all of it",
                next=f"run its root: {root}",
            )
        else:
            tasks.append(found)
    return tasks, pipes


def _found(name: str, things: Sequence[Task | Pipe], databases: Mapping[str, str]) -> Task | Pipe:
    path = parse_path(name)
    matching = [each for each in things if path and _means(path, each.path, databases)]
    if len(matching) == 1:
        return matching[0]
    known = {".".join(each.path): each.name for each in things}
    if matching:
        raise ConfigurationError(
            f"{name!r} names {len(matching)} of the tasks and pipes",
            why="\n".join(each.name for each in matching),
            next="write the name in three parts",
        )
    near = get_close_matches(name.upper(), [*known, *(each.path[-1] for each in things)], n=1)
    raise ConfigurationError(
        f"there is no task or pipe {name!r}",
        why=f"there are: {', '.join(sorted(known.values())) or 'none that the role can see'}",
        next=f"did you mean {near[0]}?" if near else "write it in three parts, logical or physical",
    )


def _means(written: Path, there: Path, databases: Mapping[str, str]) -> bool:
    if len(written) == 1:
        return written == there[-1:]
    if len(written) == len(there):
        return (databases.get(written[0], written[0]), *written[1:]) == there
    return written == there[-len(written) :]


def logical(path: Path, databases: Mapping[str, str]) -> Path:
    """A physical path by its logical database."""
    names = {there: name for name, there in databases.items()}
    return (names.get(path[0], path[0]), *path[1:])
