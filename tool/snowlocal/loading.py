"""Loads staged files: turns each into rows that fit a table's columns, and says of each file what was wrong with it.

Reads and checks only; putting the rows into the table and keeping the history is the caller's. The rules of ON_ERROR
are here: docs.snowflake.com/en/sql-reference/sql/copy-into-table, "Copy options".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from snowlocal import records
from snowlocal.catalog import now
from snowlocal.columns import TableColumn
from snowlocal.context import Context
from snowlocal.copy_statement import OnError
from snowlocal.errors import SnowflakeError, compilation
from snowlocal.field_checks import refusal, value
from snowlocal.query.transformation import Transformation
from snowlocal.records import BROKEN_ARCHIVE, Problem, Record, Text
from snowlocal.staged import StagedFile
from snowlocal.types import MAX_TEXT

_ADVICE = (
    "  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or"
    " 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data'"
    " in a SQL client."
)
_SEMI_STRUCTURED = ("VARIANT", "OBJECT", "ARRAY")


@dataclass(frozen=True, slots=True)
class Target:
    """What is loaded into: the table's name, the columns in the order of the file's fields, and the file format."""

    table: str
    columns: Sequence[TableColumn]
    spec: Mapping[str, Any]
    truncate: bool
    transformation: Transformation | None


@dataclass(frozen=True, slots=True)
class RowError:
    """The first thing wrong with a file, as the result's columns show it."""

    error: SnowflakeError
    row: int = 0
    start_line: int = 0
    line: int | None = None
    character: int | None = None
    column: str | None = None

    def abort(self, name: str) -> SnowflakeError:
        """The refusal of a whole COPY by ON_ERROR = ABORT_STATEMENT."""
        lines = [self.error.message]
        if self.line is not None:
            lines.append(f"  File '{name}', line {self.line}, character {self.character}")
            begins = "" if self.line == self.start_line else f" starts at line {self.start_line}"
            about = f", column {self.column}" if self.column else ""
            lines.append(f"  Row {self.row}{begins}{about}")
        else:
            lines.append(f"  File '{name}'")
        return SnowflakeError(self.error.number, self.error.sqlstate, "\n".join([*lines, _ADVICE]))


@dataclass
class Outcome:
    """What became of one file. `status` is LOADED, PARTIALLY_LOADED, LOAD_FAILED or LOAD_SKIPPED."""

    file: StagedFile | None
    shown: str
    status: str
    parsed: int = 0
    loaded: int = 0
    error_limit: int | None = 1
    errors: int = 0
    first: RowError | None = None
    rows: pa.Table | None = None
    digest: str = ""
    size: int = 0


@dataclass
class _Judged:
    """A file's records as rows that fit, and the errors of the rest by record number."""

    rows: pa.Table | None = None
    parsed: int = 0
    errors: dict[int, RowError] = field(default_factory=dict)
    converting: bool = False  # whether some error came after parsing: in a conversion or expression


def load(ctx: Context, file: StagedFile, target: Target, on_error: OnError, pipe: bool) -> Outcome:
    """Read one file and settle it by ON_ERROR. Raises the first error under ABORT_STATEMENT."""
    judged = _Judged()
    digest, size = "", 0
    try:
        digest, size = file.md5, file.size
        judged = _judge(ctx, file, target)
    except OSError as error:
        text = f"Remote file '{file.shown}' cannot be read: {error.strerror}"
        judged.errors[0] = RowError(SnowflakeError(91016, "22000", text))
    except SnowflakeError as error:
        if error.number != BROKEN_ARCHIVE:
            raise
        judged.errors[0] = RowError(error)
    rule = on_error
    if judged.converting and target.spec["TYPE"] == "JSON" and on_error.kind != "ABORT_STATEMENT":
        rule = OnError("SKIP_FILE") if pipe else OnError("ABORT_STATEMENT")
    outcome = _settle(file, judged, rule)
    outcome.digest, outcome.size = digest, size
    return outcome


def _settle(file: StagedFile, judged: _Judged, rule: OnError) -> Outcome:
    first = judged.errors[min(judged.errors)] if judged.errors else None
    if first is not None and rule.kind == "ABORT_STATEMENT":
        raise first.abort(file.relative)
    limit, errors = rule.error_limit(judged.parsed), len(judged.errors)
    rows, good = judged.rows, judged.rows.num_rows if judged.rows is not None else 0
    if rule.kind == "SKIP_FILE" and errors >= max(limit, 1):
        rows, good = None, 0
    status = "LOADED" if not errors else "PARTIALLY_LOADED" if good else "LOAD_FAILED"
    return Outcome(file, file.shown, status, judged.parsed, good, limit, errors, first, rows)


def _judge(ctx: Context, file: StagedFile, target: Target) -> _Judged:
    spec = dict(target.spec)
    text = records.read_text(file.path.read_bytes(), file.shown, spec)
    reader = records.Csv(spec) if spec["TYPE"] == "CSV" else records.Json(spec)
    found = list(reader.records(text))
    judged = _Judged(parsed=len(found))
    if spec.get("SKIP_BLANK_LINES"):
        found = [r for r in found if r.end > r.start or r.problem is not None]
    good = []
    for record in found:
        problem = record.problem or _miscounted(record, text, target)
        if problem is None:
            good.append(record)
        else:
            judged.errors[record.number] = _row_error(record, text, target, problem)
    before = len(judged.errors)
    raw = _raw(good, file, target)
    if target.transformation is not None:
        raw, good = _transformed(ctx, raw, good, text, target, judged)
    judged.rows = _converted(ctx, raw, good, text, target, judged)
    judged.converting = len(judged.errors) > before
    return judged


def _miscounted(record: Record, text: Text, target: Target) -> Problem | None:
    """Whether a record has another number of fields than the table; the file's first record is reported otherwise than
    later ones."""
    if target.transformation is not None or not target.spec.get("ERROR_ON_COLUMN_COUNT_MISMATCH"):
        return None
    given, wanted = len(record.fields), len(target.columns)
    if given == wanted or (target.spec.get("SKIP_BLANK_LINES") and record.end == record.start):
        return None
    if record.number == 1:
        message = (
            f"Number of columns in file ({given}) does not match that of the corresponding table ({wanted}), "
            "use file format option error_on_column_count_mismatch=false to ignore this error"
        )
        past = record.end + (2 if text.text.startswith("\r\n", record.end) else 1)
        return Problem(100080, "22000", message, past, given - 1)
    if given > wanted:
        delimiter = str(target.spec["FIELD_DELIMITER"])
        message = f"Field delimiter '{delimiter}' found while expecting record delimiter '\\n'"
        at = record.starts[wanted] - len(delimiter)
        return Problem(100016, "22000", message, at, wanted - 1)
    column = _column(target, given)
    message = f"End of record reached while expected to parse column '{column}'"
    return Problem(100068, "22000", message, record.end, given)


def _column(target: Target, index: int) -> str:
    """A column as errors name it: "T"["QUANTITY":3]; one that the table does not have is only numbered."""
    if index < len(target.columns):
        return f'"{target.table}"["{target.columns[index].name}":{index + 1}]'
    return f'"{target.table}"[{index + 1}]'


def _row_error(record: Record, text: Text, target: Target, problem: Problem) -> RowError:
    line, character = text.place(problem.offset)
    column = None if problem.column is None else _column(target, problem.column)
    error = SnowflakeError(problem.number, problem.sqlstate, problem.message)
    return RowError(error, record.number, text.place(record.start)[0], line, character, column)


# -- rows


def _raw(good: list[Record], file: StagedFile, target: Target) -> pa.Table:
    """The records' fields as columns C1, C2 … of text, missing ones NULL; a transformation gets the file's metadata."""
    width = len(target.columns)
    if target.transformation is not None:
        width = max(target.transformation.width, 1)
    columns: dict[str, pa.Array] = {}
    for i in range(width):
        values = [r.fields[i] if i < len(r.fields) else None for r in good]
        columns[f"C{i + 1}"] = pa.array(values, pa.string())
    if target.transformation is not None:
        if target.spec["TYPE"] == "JSON":
            columns["C1"] = pa.ExtensionArray.from_storage(pa.json_(pa.string()), columns["C1"])
        columns |= _metadata(good, file)
    return pa.table(columns)


def _metadata(good: list[Record], file: StagedFile) -> dict[str, pa.Array]:
    count = len(good)
    modified = file.modified.replace(tzinfo=None)
    stamp = pa.timestamp("us")
    return {
        "METADATA$FILENAME": pa.array([file.key] * count, pa.string()),
        "METADATA$FILE_ROW_NUMBER": pa.array([r.number for r in good], pa.int64()),
        "METADATA$FILE_CONTENT_KEY": pa.array([file.md5] * count, pa.string()),
        "METADATA$FILE_LAST_MODIFIED": pa.array([modified] * count, stamp),
        "METADATA$START_SCAN_TIME": pa.array([now().replace(tzinfo=None)] * count, stamp),
    }


def _transformed(
    ctx: Context,
    raw: pa.Table,
    good: list[Record],
    text: Text,
    target: Target,
    judged: _Judged,
) -> tuple[pa.Table, list[Record]]:
    """The transformation's rows; records for which an expression fails become errors."""
    assert target.transformation is not None
    rows, failed = target.transformation.apply(ctx, raw)
    for index, error in failed.items():
        record = good[index]
        line, character = text.place(record.start)
        judged.errors[record.number] = RowError(error, record.number, line, line, character)
    return rows, [r for i, r in enumerate(good) if i not in failed]


def _converted(
    ctx: Context,
    raw: pa.Table,
    good: list[Record],
    text: Text,
    target: Target,
    judged: _Judged,
) -> pa.Table:
    """Rows in the columns' own types; records with a value that does not fit become errors."""
    kinds = target.transformation.kinds if target.transformation is not None else None
    names = [f"r{i}" for i in range(len(target.columns))]
    numbered = raw.select(range(len(names))).rename_columns(names)
    numbered = numbered.append_column("_n", pa.array(range(len(good)), pa.int64()))
    values, tests = [], []
    for i, column in enumerate(target.columns):
        name = names[i]
        values.append(f"{_value(name, column, kinds[i] if kinds else 'text', target)} AS v{i}")
        tests.append(f"WHEN {_test(name, f'v{i}', column)} THEN {i}")
    with_values = f"SELECT _n, {', '.join(names)}, {', '.join(values)} FROM _staged"  # noqa: S608
    sql = f"SELECT *, CASE {' '.join(tests)} ELSE -1 END AS _bad FROM ({with_values}) AS s ORDER BY _n"  # noqa: S608
    duck = ctx.account.duck.cursor()
    try:
        duck.register("_staged", numbered)
        done = duck.sql(sql).to_arrow_table()
    finally:
        duck.close()
    bad = done.column("_bad").to_pylist()
    for index, column_index in enumerate(bad):
        if column_index >= 0:
            given = done.column(names[column_index])[index].as_py()
            _note(good[index], column_index, given, text, target, judged)
    keep = pa.array([b < 0 for b in bad], pa.bool_())
    return done.select([f"v{i}" for i in range(len(names))]).filter(keep)


def _value(name: str, column: TableColumn, kind: str, target: Target) -> str:
    structured = column.data_type.base in _SEMI_STRUCTURED
    if kind == "text":
        return value(name, column, target.spec, target.truncate)
    if kind == "variant" and not structured:
        inner = f"(CAST({name} AS JSON) ->> '$')"
        return value(inner, column, target.spec, target.truncate)
    if column.data_type.base == "TEXT":
        return value(f"CAST({name} AS VARCHAR)", column, target.spec, target.truncate)
    return f"TRY_CAST({name} AS {column.data_type.duck})"


def _test(name: str, converted: str, column: TableColumn) -> str:
    # A JSON null in a column that is not a VARIANT is NULL: only text can fail to become a text.
    tests = []
    kind = column.data_type
    if kind.base == "TEXT":
        if kind.length is not None and kind.length < MAX_TEXT:
            tests.append(f"length({converted}) > {kind.length}")
    else:
        tests.append(
            f"({name} IS NOT NULL AND {converted} IS NULL AND CAST({name} AS VARCHAR) <> 'null')"
        )
    if not column.nullable:
        tests.append(f"{converted} IS NULL")
    return " OR ".join(tests) or "FALSE"


def _note(
    record: Record, index: int, given: Any, text: Text, target: Target, judged: _Judged
) -> None:
    column = target.columns[index]
    plain = target.transformation is None
    empty = plain and index < len(record.quoted) and not record.quoted[index]
    start = record.starts[index] if plain and index < len(record.starts) else record.start
    error = refusal(column, given, empty)
    line, character = text.place(start)
    first = text.place(record.start)[0]
    shown = _column(target, index)
    judged.errors[record.number] = RowError(error, record.number, first, line, character, shown)


def check_single_column(target: Target) -> None:
    """002019: JSON without a transformation fills one column of a semi-structured type and no other."""
    bases = [c.data_type.base for c in target.columns]
    if target.spec["TYPE"] != "JSON" or target.transformation is not None:
        return
    if len(bases) != 1 or bases[0] not in _SEMI_STRUCTURED:
        raise compilation(
            2019,
            "0A000",
            "JSON file format can produce one and only one column of type variant, object, or array. Load data "
            "into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.",
        )
