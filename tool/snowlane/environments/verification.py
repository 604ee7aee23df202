"""What the verification of an environment found, and how it is shown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from snowlane.environments.leaks import Leak


@dataclass(frozen=True)
class Verification:
    """Findings about one environment; all but `doubtful` and `notes` are failures.

    `leaks` refer to another environment for certain, `doubtful` may. `differences` are from what
    `compared_with` says. `running` should be parked, `access` are grants to other environments'
    roles, each with the statement that takes it. All of it is as far as the role `seen_by` sees;
    `unseen` must be there, and it sees it neither here nor in what this is compared with.
    """

    environment: str
    compared_with: str
    seen_by: str
    leaks: tuple[Leak, ...] = ()
    doubtful: tuple[Leak, ...] = ()
    differences: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it stands on its own and is what it should be."""
        return self.count == 0

    @property
    def count(self) -> int:
        """How many findings there are."""
        found = (self.leaks, self.differences, self.running, self.access, self.unseen)
        return sum(len(each) for each in found)


def as_data(found: Verification) -> dict[str, Any]:
    """Everything as JSON takes it."""
    return {
        "environment": found.environment,
        "sound": found.is_sound,
        "compared_with": found.compared_with,
        "leaks": [_leak(each) for each in found.leaks],
        "doubtful": [_leak(each) for each in found.doubtful],
        "differences": list(found.differences),
        "running": list(found.running),
        "access": list(found.access),
        "notes": list(found.notes),
        "seen_by": found.seen_by,
        "unseen": list(found.unseen),
    }


def _leak(leak: Leak) -> dict[str, Any]:
    return {
        "object": leak.item,
        "line": leak.line or None,
        "refers_to": leak.refers_to,
        "why": leak.why,
    }


def as_text(found: Verification) -> str:
    """The findings for a terminal, the verdict first."""
    lines = [_verdict(found)]
    for title, listed in _parts(found):
        lines += [f"{title}:", *(f"  {line}" for line in listed)]
    return "\n".join(lines)


def as_markdown(found: Verification) -> str:
    """The same for a step summary."""
    lines = [f"### {_verdict(found)}"]
    for title, listed in _parts(found):
        lines += ["", f"**{title}**", "", *(f"- `{line.replace('`', ' ')}`" for line in listed)]
    return "\n".join(lines)


def _verdict(found: Verification) -> str:
    if found.is_sound:
        return (
            f"{found.environment} stands on its own: no reference to another environment, equal to "
            f"{found.compared_with}, as far as {found.seen_by} sees"
        )
    count = f"{found.count} finding{'' if found.count == 1 else 's'}"
    return f"{found.environment}: {count}, as far as {found.seen_by} sees"


def _parts(found: Verification) -> list[tuple[str, Sequence[str]]]:
    parts: list[tuple[str, Sequence[str]]] = [
        ("Refers to another environment", [str(each) for each in found.leaks]),
        (f"Not as {found.compared_with}", found.differences),
        (
            f"Must be there, and {found.seen_by} does not see it: have it granted, or it was dropped",
            found.unseen,
        ),
        ("Runs, and should be parked", found.running),
        ("Roles of other environments have access; these take it", found.access),
        ("May refer to another environment: look", [str(each) for each in found.doubtful]),
        ("Note", found.notes),
    ]
    return [(title, listed) for title, listed in parts if listed]
