"""What lints and lineage say of a plan's files, worked out once for the same checkout."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from snowlane.cache import key_of
from snowlane.plain_data import as_plain, as_typed
from snowlane.plan.due import Due, due_objects
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.repository import Repository

if TYPE_CHECKING:
    from snowlane.lint.facts import Facts
    from snowlane.plan.reshaped import Reshaped

_T = TypeVar("_T")


@dataclass(frozen=True)
class Seen:
    """A checkout as seen by a plan that runs some of its revisions, by the files of these."""

    repository: Repository
    revisions: frozenset[str]
    goes_down: bool

    def due(self, applied: Applied) -> tuple[Due, ...]:
        """The objects whose text is another one, and those that must follow what they stand on."""
        by_text = due_objects(self.repository.objects, applied)
        if not by_text and (self.goes_down or not self.revisions):
            return by_text
        found = self.remembered(
            "due",
            applied.objects,
            tuple[tuple[str, str, tuple[str, ...] | None], ...],
            lambda: tuple(
                (each.object.file, each.reason, each.cause)
                for each in due_objects(self.repository.objects, applied, self._reshaped)
            ),
        )
        by_file = {each.file: each for each in self.repository.objects}
        return tuple(Due(by_file[file], reason, cause) for file, reason, cause in found)

    def assessed(self, plan: Plan, applied: Applied) -> Plan:
        """The plan with what lints and lineage say of each stage."""
        files = {stage.file for stage in plan.stages if stage.file}
        if not files:
            return plan
        # Rules and lineage cost more to import than a plan that is remembered.
        from snowlane.lint.engine import lint
        from snowlane.plan.assess import assessed

        facts = self._facts.about(files - self.revisions)
        return assessed(plan, facts, lint(facts), self._reshaped, applied.objects.keys())

    def remembered(self, room: str, asked: Any, kind: Any, work: Callable[[], _T]) -> _T:
        """What `work` gives for what is asked of this checkout, from the cache where it is known.

        `asked` holds all that the answer, a value of the type `kind`, depends on beside the files.
        """
        key = self._key(json.dumps(as_plain(asked)))
        known = self.repository.cache.get(room, key)
        if known is not None:
            found: _T = as_typed(kind, known)
            return found
        made = work()
        self.repository.cache.put(room, key, as_plain(made))
        return made

    @cached_property
    def _facts(self) -> "Facts":
        return self.repository.facts(self.revisions, goes_down=self.goes_down)

    @cached_property
    def _reshaped(self) -> "Reshaped":
        from snowlane.plan.reshaped import reshaped

        return reshaped(self._facts)

    def _key(self, asked: str) -> str:
        """What an answer depends on: all files, those of the environments, too, and the question."""
        environments = sorted((self.repository.project.root / "envs").glob("*.toml"))
        return key_of(
            self.repository.bundle,
            self.repository.history.files,
            *(part for path in environments for part in (path.name, _text(path))),
            "\n".join(sorted(self.revisions)),
            str(self.goes_down),
            asked,
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        # What cannot be read is refused where its content is needed.
        return ""
