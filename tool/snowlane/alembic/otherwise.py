"""Loads a revision as it would be at another time, with its sets in another order.

What a revision makes of clock and chance shows when it is rendered again like this. Nothing outside
of the revision, and of the project's modules that it imports, sees another time.
"""

import ast
import builtins
import datetime
import importlib.abc
import importlib.machinery
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from snowlane.alembic.contained import contained


@dataclass(frozen=True)
class Otherwise:
    """When it is, and whether sets are gone through from behind."""

    moment: datetime.datetime
    is_reversed: bool


# No part of the one is that of the other, so that what is rendered now differs from one of them.
OTHERWISE = (
    Otherwise(datetime.datetime(2001, 2, 3, 4, 5, 6, 789), is_reversed=False),  # noqa: DTZ001
    Otherwise(datetime.datetime(2013, 11, 25, 17, 38, 49, 123456), is_reversed=True),  # noqa: DTZ001
)
_SET = "__set_in_another_order__"
_SET_OPERATIONS = """__and__ __or__ __sub__ __xor__ __rand__ __ror__ __rsub__ __rxor__ copy
    difference intersection symmetric_difference union""".split()  # noqa: SIM905
_NEVER_ANEW = ("snowlane", "snowlocal")


@contextmanager
def loaded_otherwise(path: str, root: Path, otherwise: Otherwise) -> Iterator[ModuleType]:
    """The module of a revision as it would be then, to be run within; raises what its import raises.

    Modules of the project, which lies in `root`, are loaded anew with it, and forgotten afterwards.
    """
    names = _names(otherwise)
    finder = _Finder(root, names)
    kept = {name: module for name, module in sys.modules.items() if finder.is_anew(name, module)}
    for name in kept:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        loader = _Loader("revision_loaded_otherwise", path, names)
        module = ModuleType(loader.name)
        module.__file__ = path
        with contained():
            loader.exec_module(module)
        yield module
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name, each in sys.modules.items() if finder.is_anew(name, each)]:
            del sys.modules[name]
        sys.modules.update(kept)


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a module's source with other sets, and with names of its own for what is built in."""

    def __init__(self, name: str, path: str, names: Mapping[str, Any]) -> None:
        super().__init__(name, path)
        self._names = names

    def exec_module(self, module: ModuleType) -> None:
        tree = _OtherSets().visit(ast.parse(Path(self.path).read_bytes(), self.path))
        code: CodeType = compile(ast.fix_missing_locations(tree), self.path, "exec")
        module.__dict__["__builtins__"] = dict(self._names)
        exec(code, module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the project's own modules, to be loaded as the revision is."""

    def __init__(self, root: Path, names: Mapping[str, Any]) -> None:
        self._within = str(root) + os.sep
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin and self._is_own(fullname, spec.origin):
            spec.loader = _Loader(fullname, spec.origin, self._names)
            return spec
        return None

    def is_anew(self, name: str, module: ModuleType) -> bool:
        """Whether a module is one of the project's."""
        file = getattr(module, "__file__", None)
        return isinstance(file, str) and name != "__main__" and self._is_own(name, file)

    def _is_own(self, name: str, file: str) -> bool:
        # Asked of each module there is: paths as objects would cost a hundred times as much.
        return (
            file.startswith(self._within)
            and file.endswith(".py")
            and "site-packages" not in file
            and name.partition(".")[0] not in _NEVER_ANEW
        )


class _OtherSets(ast.NodeTransformer):
    """Has each set that is written in braces made by a call."""

    def visit_Set(self, node: ast.Set) -> ast.AST:
        self.generic_visit(node)
        return self._made(ast.List(node.elts, ast.Load()), node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        self.generic_visit(node)
        return self._made(ast.ListComp(node.elt, node.generators), node)

    def _made(self, elements: ast.expr, node: ast.AST) -> ast.AST:
        call = ast.Call(ast.Name(_SET, ast.Load()), [ast.copy_location(elements, node)], [])
        return ast.copy_location(call, node)


def _names(otherwise: Otherwise) -> dict[str, Any]:
    """What is built in, with sets of another order, and clocks that stand still at a moment."""
    clocks = {"datetime": _datetime_at(otherwise.moment), "time": _time_at(otherwise.moment)}

    def importing(name: str, *arguments: Any, **options: Any) -> ModuleType:
        return clocks.get(name) or builtins.__import__(name, *arguments, **options)

    kinds = (set, frozenset)
    made, fixed = (_other_set(each) if otherwise.is_reversed else each for each in kinds)
    other = {"set": made, "frozenset": fixed, _SET: made, "__import__": importing}
    return {**vars(builtins), **other}


class _InPlaceOf(type):
    """A class that stands for the one it is made from: what that makes is an instance of it."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.__mro__[1])


def _other_set(kind: Any) -> Any:
    """The class of sets that gives its members in another order, unless they have a fixed one."""

    def members(self: Any) -> Iterator[Any]:
        found = list(kind.__iter__(self))
        return iter(found if all(map(_is_in_fixed_order, found)) else reversed(found))

    def keeping(name: str) -> Callable[..., Any]:
        def operation(self: Any, *others: Any) -> Any:
            result = getattr(kind, name)(self, *others)
            return made(result) if isinstance(result, kind) else result

        return operation

    body = {"__iter__": members, **{name: keeping(name) for name in _SET_OPERATIONS}}
    made = _InPlaceOf(kind.__name__, (kind,), body)
    return made


def _is_in_fixed_order(member: object) -> bool:
    """Whether a member's hash is the same in each process.

    Source: docs.python.org/3/reference/datamodel.html#object.__hash__.
    """
    if isinstance(member, tuple | frozenset):
        return all(map(_is_in_fixed_order, member))
    return isinstance(member, int | float | complex)


def _copied(module: ModuleType, other: Iterable[tuple[str, Any]]) -> ModuleType:
    copy = ModuleType(module.__name__, module.__doc__)
    vars(copy).update({**vars(module), **dict(other)})
    return copy


def _datetime_at(moment: datetime.datetime) -> ModuleType:
    """The module `datetime` with the present standing still; what it makes is of the real classes."""

    def real(kind: type) -> Callable[..., Any]:
        return lambda _, *arguments, **options: kind(*arguments, **options)

    def now(_: type, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return moment.replace(tzinfo=datetime.UTC).astimezone(tz) if tz else moment

    of_dates = {"__new__": real(datetime.date), "today": classmethod(lambda _: moment.date())}
    of_times = {
        "__new__": real(datetime.datetime),
        "now": classmethod(now),
        "today": classmethod(now),
        "utcnow": classmethod(now),
    }
    return _copied(
        datetime,
        (
            ("date", _InPlaceOf("date", (datetime.date,), of_dates)),
            ("datetime", _InPlaceOf("datetime", (datetime.datetime,), of_times)),
        ),
    )


def _time_at(moment: datetime.datetime) -> ModuleType:
    """The module `time` with the present standing still."""
    seconds = moment.replace(tzinfo=datetime.UTC).timestamp()

    def at(function: Callable[[float], Any]) -> Callable[..., Any]:
        return lambda given=None: function(seconds if given is None else given)

    def strftime(form: str, given: Any = None) -> str:
        return time.strftime(form, time.gmtime(seconds) if given is None else given)

    return _copied(
        time,
        (
            ("time", lambda: seconds),
            ("time_ns", lambda: int(seconds * 1_000_000_000)),
            ("gmtime", at(time.gmtime)),
            ("localtime", at(time.localtime)),
            ("ctime", at(time.ctime)),
            ("asctime", lambda given=None: time.asctime(given or time.gmtime(seconds))),
            ("strftime", strftime),
        ),
    )
