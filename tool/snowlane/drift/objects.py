"""How views, procedures and the other objects differ, and how they are brought back.

An object that a file makes is applied again from the file; one that a revision makes, by another
revision.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from snowlane.drift.columns import IN_REVISION, KEEP, UNDO
from snowlane.drift.finding import Difference, Finding, Remedy
from snowlane.drift.inventory import Key, Thing
from snowlane.drift.naming import Naming
from snowlane.lint.remedy import op_sql
from snowlane.objects.altering import ALTERED_KINDS, restoration
from snowlane.objects.copy_grants import with_copy_grants
from snowlane.objects.kinds import ddl_word
from snowlane.objects.layout import usual_file
from snowlane.sql.names import literal, qualified

_SHOWN = 60
# What ALTER changes of a policy or tag.
_ALTERABLE = frozenset({"BODY", "ALLOWED_VALUES", "COMMENT"})


@dataclass(frozen=True)
class Recorded:
    """An applied object as the environment has it written down, and its file, "" when gone.

    `is_pending` says that the file's text is another one now, so that the next deployment applies
    it anyway.
    """

    kind: str
    name: str
    arguments: str
    file: str = ""
    is_pending: bool = False


@dataclass(frozen=True)
class KnownObjects:
    """The applied objects by key, and the files of objects that were never applied."""

    recorded: Mapping[Key, Recorded] = field(default_factory=dict)
    unapplied: Mapping[Key, str] = field(default_factory=dict)


def compare_object(
    wanted: Thing, live: Thing, naming: Naming, known: KnownObjects
) -> Iterator[Finding]:
    """One finding for all aspects that differ; what the account does not tell is left out."""
    different = [
        aspect
        for aspect, expected in sorted(wanted.aspects.items())
        if live.aspects.get(aspect, expected) != expected
    ]
    if not different:
        return
    parts = [_aspect(each, wanted.aspects[each], live.aspects[each], naming) for each in different]
    yield Finding(
        _name(wanted.key, naming),
        wanted.key.kind.lower(),
        Difference.CHANGED,
        f"it was changed by hand: {'; '.join(parts)}",
        "\n".join(f"{each}: {naming.text(wanted.aspects[each])}" for each in different),
        "\n".join(f"{each}: {naming.text(live.aspects[each])}" for each in different),
        (
            _altered_back(different, wanted, live, naming) or _again(wanted, naming, known),
            *_keep_change(wanted, naming, known),
        ),
    )


def object_missing(wanted: Thing, naming: Naming, known: KnownObjects) -> Finding:
    """An object that was applied and is gone."""
    kind = wanted.key.kind.lower()
    return Finding(
        _name(wanted.key, naming),
        kind,
        Difference.MISSING,
        f"the {kind} is missing",
        remedies=(_again(wanted, naming, known),),
    )


def object_added(live: Thing, naming: Naming, known: KnownObjects) -> Finding:
    """An object that neither a file nor a revision makes."""
    kind, key = live.key.kind.lower(), live.key
    name = naming.name(key.path) + key.arguments
    file = known.unapplied.get(key)
    if file is not None:
        remedies: tuple[Remedy, ...] = (
            Remedy(
                "to make it what the file says", "run", f"snowlane migrate {naming.environment}"
            ),
        )
        problem = f"the {kind} is there before {file} was applied"
    else:
        problem = f"the {kind} was made by hand: no object file makes it"
        drop = f"DROP {key.kind} {qualified(*key.path)}{key.arguments};"
        remedies = (
            Remedy(UNDO, f"in {naming.environment} alone, by hand", drop),
            Remedy(KEEP, f"as {usual_file(key.kind, naming.path(key.path))}", _text(live, naming)),
        )
    return Finding(name, kind, Difference.ADDED, problem, remedies=remedies)


def _name(key: Key, naming: Naming) -> str:
    return naming.name(key.path) + key.arguments


def _aspect(aspect: str, expected: str, found: str, naming: Naming) -> str:
    words = aspect.lower().replace("_", " ")
    if aspect == "STALE":
        return "the stream is stale, and what it had not given out is lost"
    if max(len(expected), len(found)) > _SHOWN:
        return f"its {words} is another one"
    expected, found = naming.text(expected), naming.text(found)
    return f"its {words} should be {expected or 'none'}, and it is {found or 'none'}"


def _altered_back(
    different: Sequence[str], wanted: Thing, live: Thing, naming: Naming
) -> Remedy | None:
    """For a policy or tag, which cannot be applied again while something has it."""
    if wanted.key.kind not in ALTERED_KINDS or not _ALTERABLE.issuperset(different):
        return None
    statements = restoration(wanted.key.kind, live.text, wanted.text)
    code = "\n".join(f"{each};" for each in statements)
    return Remedy(UNDO, f"in {naming.environment} alone, by hand", code) if code else None


def _again(wanted: Thing, naming: Naming, known: KnownObjects) -> Remedy:
    recorded = known.recorded.get(wanted.key)
    if recorded is None:
        return Remedy(UNDO, IN_REVISION, op_sql(naming.text(wanted.text)))
    migrate = f"snowlane migrate {naming.environment}"
    goal = f"to apply {recorded.file} again" if recorded.file else UNDO
    if recorded.is_pending:
        return Remedy(goal, "run", migrate)
    table = qualified(*naming.metadata, "SNOWLANE_OBJECTS")
    forget = (
        f"UPDATE {table} SET HASH = '' WHERE KIND = {literal(recorded.kind)} "  # noqa: S608
        f"AND NAME = {literal(recorded.name)} AND ARGUMENTS = {literal(recorded.arguments)};"
    )
    return Remedy(goal, f"in {naming.environment} by hand, then {migrate}", forget)


def _keep_change(wanted: Thing, naming: Naming, known: KnownObjects) -> tuple[Remedy, ...]:
    recorded = known.recorded.get(wanted.key)
    if recorded is None or not recorded.file:
        return ()
    shown = f"{_ask_for_ddl(wanted.key)};"
    return (Remedy(KEEP, f"write into {recorded.file} what this answers", shown),)


def _ask_for_ddl(key: Key) -> str:
    name = qualified(*key.path) + key.arguments
    return f"SELECT GET_DDL({literal(ddl_word(key.kind))}, {literal(name)}, TRUE)"


def _text(live: Thing, naming: Naming) -> str:
    if live.text:
        # GET_DDL leaves the clause out, and the lints ask for it.
        return with_copy_grants(naming.text(live.text), live.key.kind)
    return f"-- {_ask_for_ddl(live.key)} tells it"
