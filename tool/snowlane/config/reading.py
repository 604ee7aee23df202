"""Turns an environment file's TOML into an Environment, or says which key of which file is wrong.

Every complaint names the file and the key, and for an unknown key the nearest known one.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from snowlane.config.environment import (
    METADATA_DATABASE,
    BranchCheck,
    Clone,
    Environment,
    Snowflake,
    Window,
)
from snowlane.config.window import cron_problem, duration_problem, timezone_problem
from snowlane.errors import ConfigurationError
from snowlane.sql import names

_ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_STAGE_PARTS = 3
_ROOT_KEYS = (
    "promotes_from",
    "branch",
    "branch_check",
    "protected",
    "snowflake",
    "databases",
    "names",
    "stages",
    "clone",
    "window",
    "drift",
    "state",
)


def read_environment(path: Path, shown_as: str) -> Environment:
    """Read one environment file; its stem is the environment's name.

    Raises ConfigurationError for a file that is not TOML, an unknown or missing key, a value of the
    wrong type or a name Snowflake would not take. `shown_as` is how messages call the file.
    """
    name = check_environment_name(path.stem)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{shown_as} cannot be read", why=str(error.strerror), next="check its permissions"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{shown_as} is not a UTF-8 text file", why=str(error), next="save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{shown_as} is not valid TOML", why=str(error), next="correct that line of the file"
        ) from None
    return _environment(name, _Section(shown_as, "", raw, _ROOT_KEYS))


def check_environment_name(name: str) -> str:
    """Give the name back, or raise ConfigurationError when it cannot name an environment."""
    if not _ENVIRONMENT_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name[:80]!r} cannot name an environment",
            why="a name is a lower-case letter, then lower-case letters, digits or underscores, "
            "at most 63 in all",
            next="rename it, for example to 'qa_ana'",
        )
    return name


class _Section:
    """One table of the file, which hands out its values by type; `known` None takes any key."""

    def __init__(
        self, file: str, prefix: str, values: Mapping[str, Any], known: tuple[str, ...] | None
    ) -> None:
        self.file = file
        self.prefix = prefix
        self.values = values
        for name in values if known is not None else ():
            if name not in (known or ()):
                near = difflib.get_close_matches(name, known or (), n=1, cutoff=0.0)
                raise self.problem(
                    name,
                    f"the key is unknown; the nearest known one is {self.key(near[0])!r}",
                    f"rename or remove it; known here: {', '.join(sorted(known or ()))}",
                )

    def key(self, name: str) -> str:
        return f"{self.prefix}.{name}" if self.prefix else name

    def problem(self, name: str, why: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}: {self.key(name)}", why=why, next=remedy)

    def get(self, name: str, kind: type, described: str) -> Any:
        """The value of a key, None where it is missing; of another type is an error."""
        value = self.values.get(name)
        # bool is an int in Python but not in TOML.
        wrong = not isinstance(value, kind) or (kind is int and isinstance(value, bool))
        if value is not None and wrong:
            raise self.problem(
                name, f"it must be {described}, not {_described(value)}", f"write {described}"
            )
        return value

    def text(
        self, name: str, example: str, check: Callable[[str], str | None] | None = None
    ) -> Any:
        value = self.get(name, str, f"a string such as {example}")
        if value is not None and check is not None and (why := check(value)):
            raise self.problem(
                name, f"{value!r} is not usable: {why}", f"write a value such as {example}"
            )
        return value

    def required(self, name: str, example: str, check: Callable[[str], str | None]) -> str:
        value = self.text(name, example, check)
        if value is None:
            raise self.problem(name, "the key is missing", f"add {name} = {example}")
        return str(value)

    def above_zero(self, name: str, default: int, unit: str = "seconds") -> int:
        value = self.get(name, int, f"a whole number of {unit}")
        if value is not None and value <= 0:
            raise self.problem(name, f"{value} is not above 0", f"write a number of {unit}")
        return default if value is None else value

    def table(self, name: str, known: tuple[str, ...] | None = None) -> "_Section | None":
        value = self.get(name, dict, f"a table, [{self.key(name)}]")
        return None if value is None else _Section(self.file, self.key(name), value, known)


def _described(value: object) -> str:
    described = {"bool": "a boolean", "int": "a number", "float": "a number", "str": "a string"}
    described |= {"dict": "a table", "list": "a list"}
    return described.get(type(value).__name__, "a date")


def _environment(name: str, root: _Section) -> Environment:
    promotes_from = root.text("promotes_from", '"dev"')
    branch = root.text("branch", '"qa"')
    check = root.text("branch_check", '"enforce"', _branch_check_problem)
    protected = root.get("protected", bool, "true or false")
    return Environment(
        name=name,
        promotes_from=promotes_from,
        branch=branch,
        branch_check=BranchCheck(check or "enforce"),
        protected=bool(protected),
        snowflake=_snowflake(root),
        databases=(databases := _databases(root)),
        names=_names(root),
        stages=_stages(root, databases),
        clone=_clone(root),
        window=_window(root),
        drift_ignore=_drift(root),
        **_state(root),
    )


def _snowflake(root: _Section) -> Snowflake:
    section = root.table(
        "snowflake", ("connection", "role", "warehouse", "statement_timeout", "lock_timeout")
    )
    if section is None:
        raise root.problem("snowflake", "the table is missing", "add [snowflake] with its role")
    return Snowflake(
        connection=section.text("connection", '"retail_qa"'),
        role=section.required("role", '"DEPLOY_QA"', names.problem_with).upper(),
        warehouse=section.required("warehouse", '"WH_TRANS"', names.problem_with).upper(),
        statement_timeout=section.above_zero("statement_timeout", Snowflake.statement_timeout),
        lock_timeout=section.above_zero("lock_timeout", Snowflake.lock_timeout),
    )


def _databases(root: _Section) -> dict[str, str]:
    section = root.table("databases")
    if section is None or METADATA_DATABASE not in section.values:
        raise root.problem(
            "databases",
            f"{METADATA_DATABASE} is not mapped; its METADATA schema holds the version table",
            f'add {METADATA_DATABASE} = "{root.file.split("/")[-1].split(".")[0].upper()}_RAW"',
        )
    mapping = _mapping(section)
    seen: dict[str, str] = {}
    for logical, physical in mapping.items():
        if physical in seen:
            raise section.problem(
                logical,
                f"{physical} is also the database of {seen[physical]}",
                "map every logical database to one of its own",
            )
        seen[physical] = logical
    return mapping


def _names(root: _Section) -> dict[str, str]:
    section = root.table("names")
    return {} if section is None else _mapping(section)


def _mapping(section: _Section) -> dict[str, str]:
    mapping = {}
    for logical in section.values:
        if why := names.problem_with(logical):
            raise section.problem(logical, f"the name is not usable: {why}", "rename it")
        mapping[logical.upper()] = section.required(
            logical, f'"{logical.upper()}_QA"', names.problem_with
        ).upper()
    return mapping


def _stages(root: _Section, databases: Collection[str]) -> dict[str, str]:
    section = root.table("stages")
    found = {}
    for written in section.values if section else ():
        path = names.parse_path(written)
        if path is None or len(path) != _STAGE_PARTS:
            assert section is not None
            raise section.problem(
                f'"{written}"',
                "a stage is named by its logical database, schema and name",
                'write it as "RAW.BRONZE.STAGE_POS_DATA"',
            )
        assert section is not None
        if path[0] not in databases:
            raise section.problem(
                f'"{written}"',
                f"{path[0]} is no logical database of [databases]",
                f"name the stage by one of {', '.join(sorted(databases))}",
            )
        found[".".join(path)] = section.required(written, '"s3://bucket/path/"', url_problem)
    return found


def _clone(root: _Section) -> Clone | None:
    section = root.table("clone", ("from", "role", "after", "sessions"))
    if section is None:
        return None
    role = section.text("role", '"CLONE_ADMIN"', names.problem_with)
    return Clone(
        source=section.required("from", '"prod"', _environment_problem),
        role=role and role.upper(),
        after=section.text("after", '"envs/mask_customers.sql"'),
        sessions=section.above_zero("sessions", Clone.sessions, "sessions"),
    )


def _window(root: _Section) -> Window | None:
    section = root.table("window", ("cron", "duration", "timezone"))
    if section is None:
        return None
    return Window(
        cron=section.required("cron", '"0 2 * * SUN"', cron_problem),
        duration=section.required("duration", '"2h"', duration_problem),
        timezone=section.text("timezone", '"Europe/Berlin"', timezone_problem) or Window.timezone,
    )


def _drift(root: _Section) -> tuple[str, ...]:
    section = root.table("drift", ("ignore",))
    if section is None:
        return ()
    patterns = section.get("ignore", list, "a list of patterns") or []
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise section.problem(
                "ignore", f"{pattern!r} is not a string", 'write patterns such as "DW.MART.DBT_*"'
            )
    return tuple(patterns)


def _state(root: _Section) -> dict[str, Any]:
    section = root.table("state", ("database", "lease_seconds", "restore_days"))
    if section is None:
        return {}
    database = section.text("database", '"UTILITY"', names.problem_with)
    return {
        "state_database": (database or Environment.state_database).upper(),
        "lease_seconds": section.above_zero("lease_seconds", Environment.lease_seconds),
        "restore_days": section.above_zero("restore_days", Environment.restore_days, "days"),
    }


def _branch_check_problem(value: str) -> str | None:
    known = [check.value for check in BranchCheck]
    return None if value in known else f"it is one of {', '.join(known)}"


def _environment_problem(value: str) -> str | None:
    return None if _ENVIRONMENT_NAME.fullmatch(value) else "it is not an environment's name"


def url_problem(value: str) -> str | None:
    """Why a text cannot be the address of a stage, or None."""
    known = ("s3://", "s3gov://", "gcs://", "azure://", "file://")
    return None if value.startswith(known) else f"a stage's URL begins with one of {known}"
