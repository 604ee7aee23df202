"""What a clone will not have, found before it begins. Pure: the source's contents in, lines out.

Rules: docs.snowflake.com/en/user-guide/object-clone and sql-reference/sql/create-clone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from snowlane.drift.inventory import Key
from snowlane.environments.contents import Contents, Item
from snowlane.environments.handover import owned_by_others
from snowlane.environments.mending.model import Copy
from snowlane.environments.mending.pipes import on_own_stage
from snowlane.environments.mending.stages import internal_stage
from snowlane.environments.sight import named, unseen
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import qualified
from snowlane.sql.staging import stage_of

# A copy holds of these only what its maker owns.
_OWNED = ("STREAM", "TASK", "PIPE", "ALERT")


@dataclass(frozen=True)
class Preflight:
    """`left_out` says of the source's objects that the copy will lack or cannot hand over why.

    `notes` are what is different in the copy and does no harm. `internal_stages` and `pipes` are not
    copied, and made from their definitions.
    """

    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    internal_stages: tuple[Item, ...] = ()
    pipes: tuple[Item, ...] = ()


def preflight(
    source: Contents,
    *,
    role: str,
    owned: Collection[str],
    manages_grants: bool,
    recorded: Collection[Path] = (),
    made: Mapping[Path, str] | None = None,
) -> Preflight:
    """Judge the source's contents, as the role that copies sees them.

    `owned` are the roles whose objects that role owns, too. `recorded` are the objects that were
    applied to the source, whether that role sees them or not, `made` the kinds of what its revisions
    make: what these say was not followed through every statement, and is noted only.
    """
    left_out = {str(item): "external tables are not copied" for item in source.of("EXTERNAL TABLE")}
    for item in owned_by_others(source, owned):
        if item.kind in _OWNED:
            left_out[str(item)] = f"{role} does not own it, {item.owner} does"
        elif not manages_grants:
            left_out[str(item)] = f"it stays with {item.owner}, which is not granted to {role}"
    seen = source.by_path
    left_out |= {
        qualified(*path): f"it was applied to the source, and {role} does not see it"
        for path in recorded
        if path not in seen
    }
    lacking = [path for path in unseen(made or {}, source) if path not in recorded]
    notes = [
        f"{name}: the revisions make it, and {role} does not see it"
        for name in named(lacking, made or {})
    ]
    internal = tuple(item for item in source.of("STAGE") if not item.says("url"))
    places = {item.path for item in internal}
    pipes = tuple(
        item for item in source.of("PIPE") if item.text and stage_of(item.text, item.path) in places
    )
    notes += [f"{item}: its files are not copied" for item in internal]
    notes += [
        f"{item}: a hybrid table is copied row by row"
        for item in source.of("TABLE")
        if item.says("is_hybrid") == "YES"
    ]
    return Preflight(dict(sorted(left_out.items())), tuple(notes), internal, pipes)


def completions(found: Preflight, copy: Copy) -> list[str]:
    """The statements that make, in the copy, what cloning leaves out and its definition gives back."""
    statements = [internal_stage(item, copy) for item in found.internal_stages]
    for item in found.pipes:
        moved = Item(
            Key(copy.path(item.path), item.kind),
            comment=item.comment,
            text=item.text,
            shown=item.shown,
        )
        statements.append(on_own_stage(moved, copy).request)
    return statements
