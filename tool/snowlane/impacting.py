"""Gathers the tables and objects whose lineage is asked for: from the files, or from an account."""

from collections.abc import Iterable

from snowlane.alembic.history import load_history
from snowlane.alembic.render import render
from snowlane.checking import logical_names
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.errors import RefusedError
from snowlane.lint.facts import Facts, ObjectFile, Rendered, RevisionFile
from snowlane.objects.files import object_files, read_source
from snowlane.objects.source import SqlObject, read_file, read_object
from snowlane.restore.point import is_restore_schema
from snowlane.snowflake.definitions import read_ddl
from snowlane.snowflake.session import Session
from snowlane.sql.lineage_catalog import Catalog
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_objects import Definition
from snowlane.sql.lineage_tables import Table, after_changes
from snowlane.sql.mapping import NameMap, Rule, map_names
from snowlane.sql.tokens import UnreadableSqlError

_CODE_IN_STRINGS = Rule(shortest=3, sql_in_strings=True)


def catalog_of_files(project: Project) -> Catalog:
    """The tables of all revisions and the objects of all files.

    Raises RefusedError for a revision or object that cannot be used.
    """
    history = load_history(project.root, project.alembic_ini)
    names = logical_names(project)
    revisions = tuple(
        RevisionFile(each.file, "", each.id, upgrade=Rendered(each.statements, each.lines))
        for each in render(history, None, history.head)
    )
    objects = []
    for file, path in object_files(project.root, project.objects):
        source = read_source(file, path)
        found = read_file(file, source, names)
        if isinstance(found, SqlObject):
            objects.append(ObjectFile(file, source, found))
    return Facts(revisions, tuple(objects), names).catalog


def catalog_of_account(session: Session, environment: Environment) -> Catalog:
    """The tables and objects an environment has now, by their logical names.

    Raises SnowflakeError when the role cannot see a database.
    """
    logical = {there: name for name, there in environment.databases.items()}
    texts = (
        text for database in environment.databases.values() for text in read_ddl(session, database)
    )
    return _catalog(_logical(texts, NameMap(logical)), NameMap(environment.databases))


def _logical(texts: Iterable[str], name_map: NameMap) -> Iterable[str]:
    for text in texts:
        try:
            yield map_names(text, name_map, _CODE_IN_STRINGS).text
        except UnreadableSqlError:
            # What cannot be split into tokens cannot be followed either.
            continue


def _catalog(texts: Iterable[str], names: NameMap) -> Catalog:
    definitions = []
    known: dict[Path, Table] = {}
    for text in texts:
        changes = read_changes(text)
        if changes:
            known = after_changes(known, changes)
            continue
        try:
            found = read_object("", text, names)
        except RefusedError:
            # Schemas, sequences and file formats: nothing flows through them.
            continue
        identity = found.identity
        definitions.append(
            Definition(identity.kind, identity.path, found.text, "", found.references)
        )
    # The clones that restore points keep are nobody's sources.
    own = {path: table for path, table in known.items() if not is_restore_schema(path[1])}
    return Catalog(own, definitions)
