"""Frozen dataclasses as what JSON holds, and back by their types. Pure.

Takes dataclasses, enums, tuples, sets, mappings, texts, numbers, truths, times and None; the same value
always becomes the same data.
"""

import dataclasses
from collections.abc import Mapping, Set
from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

# Most of what there is: asked first, for a large project has tens of thousands of them.
_PLAIN = frozenset((str, int, float, bool))


def as_plain(value: Any) -> Any:
    """A value as data: a dataclass as the list of its fields, a mapping as sorted pairs."""
    if value is None or type(value) in _PLAIN:
        return value
    if dataclasses.is_dataclass(value):
        return [as_plain(getattr(value, each.name)) for each in dataclasses.fields(value)]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return sorted(([as_plain(key), as_plain(each)] for key, each in value.items()), key=repr)
    if isinstance(value, Set):
        return sorted((as_plain(each) for each in value), key=repr)
    if isinstance(value, tuple | list):
        return [as_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is not plain data")


def as_typed(wanted: Any, data: Any) -> Any:
    """The value of a type that `as_plain` made the data of."""
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        hints = get_type_hints(wanted)
        names = (each.name for each in dataclasses.fields(wanted))
        return wanted(
            **{name: as_typed(hints[name], each) for name, each in zip(names, data, strict=True)}
        )
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(data)
    if wanted is datetime:
        return datetime.fromisoformat(data)
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        (one,) = (each for each in arguments if each is not NoneType)
        return None if data is None else as_typed(one, data)
    if origin is tuple:
        if arguments[1:] == (Ellipsis,):
            return tuple(as_typed(arguments[0], each) for each in data)
        return tuple(as_typed(kind, each) for kind, each in zip(arguments, data, strict=True))
    if origin in (frozenset, set):
        return origin(as_typed(arguments[0], each) for each in data)
    if origin is not None and issubclass(origin, Mapping):
        key, value = arguments
        return {as_typed(key, one): as_typed(value, other) for one, other in data}
    return data
