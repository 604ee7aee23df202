"""Reads what a checkout holds: revisions, objects, and the bundle that names both.

What the same files said before is not worked out again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snowlane.alembic.history import History, load_history
from snowlane.cache import Cache
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.objects.files import object_files, read_source
from snowlane.objects.memory import names_of_key, remembered_file
from snowlane.objects.order import check_unique
from snowlane.objects.source import SqlObject, Tombstone
from snowlane.plan.bundle import bundle_hash

if TYPE_CHECKING:
    from snowlane.lint.facts import Facts


@dataclass(frozen=True)
class Repository:
    """What the checkout holds: the history, the objects, and the bundle that names both.

    `sources` are the texts of their files by path.
    """

    project: Project
    history: History
    objects: tuple[SqlObject, ...]
    tombstones: tuple[Tombstone, ...]
    bundle: str
    sources: Mapping[str, str]
    cache: Cache = field(repr=False, compare=False)

    def facts(self, reported: Collection[str], *, goes_down: bool = False) -> "Facts":
        """What lints and lineage look at; `reported` are files that findings are wanted about."""
        from snowlane.checking import facts_of
        from snowlane.lint.facts import ObjectFile

        objects = [ObjectFile(each.file, self.sources[each.file], each) for each in self.objects]
        objects += [
            ObjectFile(each.file, self.sources[each.file], drops=each.identity)
            for each in self.tombstones
        ]
        objects.sort(key=lambda each: each.file)
        return facts_of(
            self.project,
            self.history,
            tuple(objects),
            reported,
            goes_down=goes_down,
            cache=self.cache,
        )


def read_repository(project: Project, environment: Environment) -> Repository:
    """Read revisions and objects; what the same files said before is not worked out again.

    Raises RefusedError for a revision or object that cannot be used, naming its file.
    """
    cache = Cache.of_project(project.remembers_in)
    history = load_history(project.root, project.alembic_ini, cache)
    sources = history.sources()
    found: list[SqlObject | Tombstone] = []
    names = environment.name_map
    asked = names_of_key(names)
    for file, path in object_files(project.root, project.objects):
        sources[file] = read_source(file, path)
        found.append(remembered_file(file, sources[file], names, asked, cache))
    objects = tuple(each for each in found if isinstance(each, SqlObject))
    tombstones = tuple(each for each in found if isinstance(each, Tombstone))
    check_unique(objects, tombstones)
    return Repository(project, history, objects, tombstones, bundle_hash(sources), sources, cache)
