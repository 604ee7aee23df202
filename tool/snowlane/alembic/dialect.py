"""The Snowflake dialect of SQLAlchemy, which writes SQL here and connects to nothing.

snowflake-sqlalchemy imports the connector along with it, for half a second, and uses it only with a
connection. Where the connector is not loaded yet, something empty stands in its place while the dialect is
imported: what asks no account never loads it, and what signs in afterwards imports the real one.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from sqlalchemy.engine import Dialect

_CONNECTOR = "snowflake.connector"


def load_dialect() -> ModuleType:
    """The module of the dialect. To be called before revisions are loaded, which import types from it."""
    with _without_connector():
        return importlib.import_module("snowflake.sqlalchemy.snowdialect")


def new_dialect() -> Dialect:
    """The Snowflake dialect in a parameter style that leaves percent signs as they are."""
    dialect: Dialect = load_dialect().dialect(paramstyle="qmark")
    return dialect


@contextmanager
def _without_connector() -> Iterator[None]:
    if _CONNECTOR in sys.modules or "snowflake.sqlalchemy" in sys.modules:
        yield
        return
    finder = _Nothing()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, _Empty)]:
            del sys.modules[name]
        package, _, own = _CONNECTOR.partition(".")
        vars(sys.modules[package]).pop(own, None)


class _Empty(ModuleType):
    """A module in which any name is a class that does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


class _Nothing(MetaPathFinder, Loader):
    """Finds the connector and all its modules empty."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _CONNECTOR or fullname.startswith(f"{_CONNECTOR}."):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave it empty."""
