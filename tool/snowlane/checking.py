"""Gathers what the lints judge: revisions rendered both ways, objects, names of all environments.

A file that cannot be used becomes a fact instead of an error, so that all are judged together.
"""

import re
from collections.abc import Collection
from pathlib import Path

from snowlane.alembic.history import History, Script, SeveralHeadsError, load_history
from snowlane.alembic.render import render, rendered_otherwise
from snowlane.alembic.sources import assigned, revision_source
from snowlane.cache import Cache
from snowlane.config.project import Project
from snowlane.errors import RefusedError
from snowlane.lint.facts import Facts, ObjectFile, Refusal, Rendered, RevisionFile
from snowlane.objects.files import object_files, read_source
from snowlane.objects.memory import names_of_key, remembered_file
from snowlane.objects.order import check_unique, in_dependency_order
from snowlane.objects.source import Tombstone
from snowlane.sql.name_map import NameMap

_PLACE = re.compile(r"^(?P<file>\S+?)(?:, line (?P<line>\d+))?: (?P<what>.*)$", re.DOTALL)


def gather_facts(
    project: Project, reported: Collection[str] | None = None, history: History | None = None
) -> Facts:
    """Everything the lints look at; findings are wanted about `reported` files, None for all.

    Raises ConfigurationError for an environment file, and RefusedError where the revisions form no
    history at all, two files create one object, or objects refer to each other in a circle.
    """
    names = logical_names(project)
    cache = Cache.of_project(project.remembers_in)
    asked = names_of_key(names)
    objects = tuple(
        _object(file, path, names, asked, cache)
        for file, path in object_files(project.root, project.objects)
    )
    usable = [each.defined for each in objects if each.defined is not None]
    tombstones = (Tombstone(each.file, "", each.drops) for each in objects if each.drops)
    check_unique(usable, tombstones)
    in_dependency_order(usable)
    revisions = _revisions(project, history, reported, cache)
    cache.save()
    return Facts(
        revisions=revisions,
        objects=objects,
        name_map=names,
        physical=_physical(project, names),
        reported=None if reported is None else frozenset(reported),
    )


def facts_of(
    project: Project,
    history: History,
    objects: tuple[ObjectFile, ...],
    reported: Collection[str],
    *,
    goes_down: bool = False,
    cache: Cache | None = None,
) -> Facts:
    """What the lints look at in a plan, whose history and objects are read already.

    Of the `reported` files findings are wanted; with `goes_down` only about their downgrades.
    """
    names = logical_names(project)
    return Facts(
        revisions=_revisions(project, history, reported, cache),
        objects=objects,
        name_map=names,
        physical=_physical(project, names),
        reported=frozenset(reported),
        only="downgrade" if goes_down else None,
    )


def logical_names(project: Project) -> NameMap:
    """The logical names of all environments together.

    What they map to is that of the last environment: only the names themselves mean something.
    """
    environments = project.environments()
    databases = {name: there for each in environments for name, there in each.databases.items()}
    account = {name: there for each in environments for name, there in each.names.items()}
    stages = {name: url for each in environments for name, url in each.stages.items()}
    return NameMap(databases, account, stages)


def _physical(project: Project, names: NameMap) -> dict[str, str]:
    """The logical name of each environment's database, where the two differ."""
    return {
        there: logical
        for each in project.environments()
        for logical, there in each.databases.items()
        if there not in names.databases
    }


def _object(file: str, path: Path, name_map: NameMap, asked: str, cache: Cache) -> ObjectFile:
    try:
        source = read_source(file, path)
    except RefusedError as error:
        return ObjectFile(file, "", refusal=_refusal(error))
    try:
        found = remembered_file(file, source, name_map, asked, cache)
    except RefusedError as error:
        return ObjectFile(file, source, refusal=_refusal(error))
    if isinstance(found, Tombstone):
        return ObjectFile(file, source, drops=found.identity)
    return ObjectFile(file, source, found)


def _refusal(error: RefusedError) -> Refusal:
    """An error about one file as a fact: its first words name the file and line."""
    place = _PLACE.match(error.what)
    if place is None:
        return Refusal(error.what, error.why, error.next)
    line = place["line"]
    return Refusal(place["what"], error.why, error.next, int(line) if line else None)


def _revisions(
    project: Project,
    history: History | None,
    reported: Collection[str] | None,
    cache: Cache | None = None,
) -> tuple[RevisionFile, ...]:
    try:
        history = history or load_history(project.root, project.alembic_ini, cache)
    except SeveralHeadsError:
        # The rule names them, each with the one that it is to follow.
        return _unloaded(project)
    return tuple(_revision(history, script, reported, cache) for script in history.line)


def _revision(
    history: History, script: Script, reported: Collection[str] | None, cache: Cache | None
) -> RevisionFile:
    """A revision; the way down, on which no other depends, only where it is to be judged."""
    is_judged = reported is None or script.file in reported
    before = script.down_revision
    return RevisionFile(
        file=script.file,
        source=script.source,
        revision=script.revision,
        down_revisions=(before,) if before else (),
        upgrade=_rendered(history, script, cache, is_judged=is_judged),
        downgrade=_rendered(history, script, cache, is_judged=is_judged, is_downgrade=True)
        if is_judged
        else Rendered(),
    )


def _rendered(
    history: History,
    script: Script,
    cache: Cache | None,
    *,
    is_judged: bool,
    is_downgrade: bool = False,
) -> Rendered:
    """What a revision renders to; of one that is judged, also whether it always does."""
    ends = (script.down_revision, script.revision)
    start, end = reversed(ends) if is_downgrade else ends
    try:
        [revision] = render(history, start, end, cache)
    except RefusedError as error:
        return Rendered(refusal=_refusal(error))
    otherwise = rendered_otherwise(history.root, script, revision, cache) if is_judged else None
    return Rendered(revision.statements, revision.lines, otherwise=otherwise)


def _unloaded(project: Project) -> tuple[RevisionFile, ...]:
    """The revisions as their sources say, for a history that Alembic does not load."""
    found = []
    for path in sorted((project.root / "migrations" / "versions").glob("*.py")):
        file = path.relative_to(project.root).as_posix()
        source = revision_source(file, path)
        said = assigned(source)
        revision = said.get("revision")
        before = said.get("down_revision")
        follows = tuple(before) if isinstance(before, tuple | list) else (before,)
        found.append(
            RevisionFile(
                file,
                source,
                revision if isinstance(revision, str) else None,
                tuple(each for each in follows if isinstance(each, str)),
            )
        )
    return tuple(found)
