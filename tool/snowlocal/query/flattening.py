"""FLATTEN: its arguments, and the DuckDB macro that gives its rows.

Source: docs.snowflake.com/en/sql-reference/functions/flatten.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.errors import compilation, unsupported

# `keep` is OUTER: one row of NULLs stands for an input without elements. Only arrays and objects have any.
# Its own names begin with _: an argument is put in as text, and must not come to name one of them.
MACRO = """
CREATE OR REPLACE MACRO _flatten(input, keep) AS TABLE
    SELECT
        hash(to_json(input))::UBIGINT AS SEQ,
        _e._k AS KEY,
        coalesce(_e._k, '[' || _e._i || ']') AS PATH,
        _e._i AS INDEX,
        _e._v AS VALUE,
        to_json(input) AS THIS
    FROM (
        SELECT unnest(
            CASE WHEN keep AND coalesce(
                    CASE json_type(to_json(input))
                        WHEN 'OBJECT' THEN len(json_keys(to_json(input)))
                        WHEN 'ARRAY' THEN json_array_length(to_json(input))
                    END, 0) = 0
                 THEN [struct_pack(_k := NULL::VARCHAR, _i := NULL::BIGINT, _v := NULL::JSON)]
                 WHEN json_type(to_json(input)) = 'OBJECT'
                 THEN list_transform(
                    json_keys(to_json(input)),
                    lambda _x: struct_pack(_k := _x, _i := NULL::BIGINT, _v := CAST(to_json(input) -> _x AS JSON)))
                 WHEN json_type(to_json(input)) = 'ARRAY'
                 THEN list_transform(
                    CAST(to_json(input) AS JSON[]),
                    lambda _x, _n: struct_pack(_k := NULL::VARCHAR, _i := CAST(_n - 1 AS BIGINT), _v := _x))
            END, recursive := true
        )
    ) AS _e(_k, _i, _v)
"""
_POSITIONS = ("INPUT", "PATH", "OUTER", "RECURSIVE", "MODE")


def flatten(node: exp.Expr) -> exp.Expr:
    """A FLATTEN in FROM as a call of the macro; any other node as it is.

    Raises 000002 for RECURSIVE => TRUE, for a MODE but BOTH and for a PATH that is no constant, 001003 for arguments
    that FLATTEN does not have.
    """
    if not isinstance(node, (exp.Lateral, exp.TableFromRows)) or not isinstance(
        node.this, exp.Explode
    ):
        return node
    given = _arguments(node.this)
    if _constant(given, "RECURSIVE", "FALSE") != "FALSE":
        raise unsupported("FLATTEN with RECURSIVE")
    mode = _constant(given, "MODE", "BOTH")
    if mode != "BOTH":
        raise unsupported(f"FLATTEN with MODE => '{mode}'")
    value = given["INPUT"]
    path = given.get("PATH")
    if path is not None:
        if not isinstance(path, exp.Literal) or not path.is_string:
            raise unsupported("FLATTEN with a PATH that is no constant")
        within = path.name if path.name.startswith("[") else f".{path.name}"
        if path.name:
            where = exp.Literal.string(f"${within}")
            value = exp.Anonymous(this="json_extract", expressions=[value, where])
    keep = exp.Boolean(this=_constant(given, "OUTER", "FALSE") == "TRUE")
    call = exp.Anonymous(this="_flatten", expressions=[value, keep])
    return exp.Table(this=call, alias=node.args.get("alias"))


def _arguments(call: exp.Explode) -> dict[str, exp.Expr]:
    found: dict[str, exp.Expr] = {}
    for position, argument in enumerate([call.this, *call.expressions]):
        if isinstance(argument, exp.Kwarg):
            name, value = argument.this.name.upper(), argument.expression
        else:
            name, value = _POSITIONS[min(position, len(_POSITIONS) - 1)], argument
        if name not in _POSITIONS or name in found:
            raise compilation(1003, "42000", f"syntax error unexpected '{name}' in FLATTEN.")
        found[name] = value
    if "INPUT" not in found:
        raise compilation(1003, "42000", "FLATTEN needs the argument INPUT.")
    return found


def _constant(given: dict[str, exp.Expr], name: str, default: str) -> str:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, exp.Boolean):
        return "TRUE" if value.this else "FALSE"
    if isinstance(value, exp.Literal):
        return value.name.upper()
    raise unsupported(f"FLATTEN with a {name} that is no constant")
