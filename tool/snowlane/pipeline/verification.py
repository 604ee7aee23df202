"""What must hold after a deployment: what it applied is there, nothing broke, no rows went missing.

Pure: two looks at an environment in, findings out. What is looked at `snowlane.snowflake.verifying`
reads.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from snowlane.pipeline.changed import named_paths, pending_texts
from snowlane.pipeline.model import Path, Pipeline
from snowlane.plan.model import Plan, StageKind
from snowlane.sql.names import qualified

# A statement with one of these may take rows away on purpose, or run what is not known here.
MAY_REMOVE = re.compile(
    r"\b(?:DELETE|TRUNCATE|MERGE|OVERWRITE|SWAP|CALL(?!\s+SYSTEM\$)|EXECUTE\s+TASK|DROP\s+(?:TABLE|SCHEMA)|"
    r"OR\s+(?:REPLACE|ALTER)\s+(?:\w+\s+)?TABLE)\b",
    re.IGNORECASE,
)

# Kinds of which a look at an environment tells whether one is there.
TOLD_KINDS = (
    *("VIEW", "DYNAMIC TABLE", "PROCEDURE", "FUNCTION"),
    *("TASK", "STREAM", "PIPE", "ALERT"),
)


@dataclass(frozen=True)
class Look:
    """What an environment holds at one moment.

    `broken` are views that do not compile, and why; `rows` how many a table has; `objects` every
    object with a definition, by kind and path.
    """

    version: str | None = None
    objects: frozenset[tuple[str, Path]] = frozenset()
    broken: Mapping[Path, str] = field(default_factory=dict)
    rows: Mapping[Path, int] = field(default_factory=dict)
    pipeline: Pipeline = field(default_factory=Pipeline)


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: the object's path, () for the environment as a whole."""

    path: Path
    what: str

    def __str__(self) -> str:
        return f"{qualified(*self.path)} {self.what}" if self.path else self.what


def watched_tables(plan: Plan, databases: Collection[str]) -> frozenset[Path]:
    """The tables that the plan's revisions name and from which none of them means to take rows."""
    texts = pending_texts(plan.stages)
    shrinking = [text for text in texts if MAY_REMOVE.search(text)]
    return named_paths(texts, databases) - named_paths(shrinking, databases)


def applied_objects(plan: Plan, databases: Mapping[str, str]) -> frozenset[tuple[str, Path]]:
    """The objects that the plan applies and whose presence can be told, by kind and physical path."""
    found = set()
    for stage in plan.stages:
        if stage.kind is StageKind.OBJECT and stage.statements:
            # As in `procedure DW.S.P(VARCHAR, NUMBER)`.
            kind, _, name = stage.name.partition("(")[0].rpartition(" ")
            parts = tuple(name.split(".", 2))
            if kind.upper() in TOLD_KINDS and parts[0] in databases:
                found.add((kind.upper(), (databases[parts[0]], *parts[1:])))
    return frozenset(found)


def findings(plan: Plan, databases: Mapping[str, str], before: Look, after: Look) -> list[Finding]:
    """What does not hold after the plan has run; what was broken before it is not its doing."""
    return [
        *not_applied(plan, databases, after),
        *newly_broken(before, after),
        *fewer_rows(before, after),
        *newly_stuck(before.pipeline, after.pipeline),
    ]


def not_applied(plan: Plan, databases: Mapping[str, str], after: Look) -> Iterable[Finding]:
    """The version that is not the plan's, and objects of the plan that are not there."""
    if after.version != plan.target:
        what = f"the version is {after.version or 'base'}, not {plan.target or 'base'}"
        yield Finding((), what)
    for kind, path in sorted(applied_objects(plan, databases) - after.objects):
        yield Finding(path, f"was applied as a {kind.lower()} and is not there")


def newly_broken(before: Look, after: Look) -> Iterable[Finding]:
    """Views that compiled before, or were not there."""
    for path, why in sorted(after.broken.items()):
        if path not in before.broken:
            yield Finding(path, f"does not compile any more: {why}")


def fewer_rows(before: Look, after: Look) -> Iterable[Finding]:
    """Tables that were counted both times and lost rows."""
    for path, count in sorted(before.rows.items()):
        if path in after.rows and after.rows[path] < count:
            yield Finding(path, f"has {after.rows[path]} rows and had {count}")


def newly_stuck(before: Pipeline, after: Pipeline) -> Iterable[Finding]:
    """Streams that went stale, and pipes that cannot load any more."""
    stale = {stream.path for stream in before.streams if stream.is_stale}
    for stream in after.streams:
        if stream.is_stale and stream.path not in stale:
            yield Finding(stream.path, "is stale: its changes cannot be read any more")
    stuck = {pipe.path for pipe in before.pipes if pipe.is_stuck}
    for pipe in after.pipes:
        if pipe.is_stuck and pipe.path not in stuck:
            yield Finding(pipe.path, f"does not load: {pipe.state} {pipe.error}".rstrip())
