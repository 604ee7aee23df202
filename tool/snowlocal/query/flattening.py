"""FLATTEN: its arguments, and the DuckDB macro that gives its rows.

Source: docs.snowflake.com/en/sql-reference/functions/flatten.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.errors import compilation, unsupported

# `keep` is OUTER: one row of NULLs stands for an input without elements. Only arrays and objects have any, and `mode`
# says which of them count. `base` is the PATH argument, with which each path begins.
# Their own names begin with _: an argument is put in as text, and must not come to name one of them.
MACROS = (
    """
CREATE OR REPLACE MACRO _path(base, key, index) AS coalesce(
    base || CASE
        WHEN index IS NOT NULL THEN '[' || index || ']'
        WHEN NOT regexp_full_match(key, '[A-Za-z_][A-Za-z0-9_$]*') THEN '[''' || key || ''']'
        ELSE CASE WHEN base = '' THEN '' ELSE '.' END || key
    END, base)
""",
    """
CREATE OR REPLACE MACRO _flatten(input, keep, mode, base) AS TABLE
    SELECT
        hash(to_json(input))::UBIGINT AS SEQ,
        _e._k AS KEY,
        _path(base, _e._k, _e._i) AS PATH,
        _e._i AS INDEX,
        _e._v AS VALUE,
        to_json(input) AS THIS
    FROM (
        SELECT unnest(
            CASE WHEN keep AND coalesce(
                    CASE json_type(to_json(input))
                        WHEN CASE WHEN mode <> 'ARRAY' THEN 'OBJECT' END THEN len(json_keys(to_json(input)))
                        WHEN CASE WHEN mode <> 'OBJECT' THEN 'ARRAY' END THEN json_array_length(to_json(input))
                    END, 0) = 0
                 THEN [struct_pack(_k := NULL::VARCHAR, _i := NULL::BIGINT, _v := NULL::JSON)]
                 WHEN json_type(to_json(input)) = 'OBJECT' AND mode <> 'ARRAY'
                 THEN list_transform(
                    json_keys(to_json(input)),
                    lambda _x: struct_pack(_k := _x, _i := NULL::BIGINT, _v := CAST(to_json(input) -> _x AS JSON)))
                 WHEN json_type(to_json(input)) = 'ARRAY' AND mode <> 'OBJECT'
                 THEN list_transform(
                    CAST(to_json(input) AS JSON[]),
                    lambda _x, _n: struct_pack(_k := NULL::VARCHAR, _i := CAST(_n - 1 AS BIGINT), _v := _x))
            END, recursive := true
        )
    ) AS _e(_k, _i, _v)
""",
    # Every element, each before what is in it. DuckDB's paths begin with $ and have quotes where Snowflake's have [''].
    r"""
CREATE OR REPLACE MACRO _flatten_all(input, base) AS TABLE
    SELECT
        hash(to_json(input))::UBIGINT AS SEQ,
        _e._k AS KEY,
        base || CASE WHEN base = '' THEN ltrim(_e._p, '.') ELSE _e._p END AS PATH,
        _e._i AS INDEX,
        _e._v AS VALUE,
        _e._t AS THIS
    FROM (
        SELECT unnest((
            SELECT list(struct_pack(
                _k := CASE WHEN _in.type = 'OBJECT' THEN _at.key END,
                _i := CASE WHEN _in.type = 'ARRAY' THEN CAST(_at.key AS BIGINT) END,
                _p := regexp_replace(
                    regexp_replace(substr(_at.fullkey, 2), '\."((?:[^"\\]|\\.)*)"', '[''\1'']', 'g'),
                    '\[''([A-Za-z_][A-Za-z0-9_$]*)''\]', '.\1', 'g'),
                _v := _at.value,
                _t := _in.value) ORDER BY _at.id)
            FROM json_tree(to_json(input)) AS _at JOIN json_tree(to_json(input)) AS _in ON _at.parent = _in.id
        ), recursive := true)
    ) AS _e(_k, _i, _p, _v, _t)
""",
)
_MODES = ("OBJECT", "ARRAY", "BOTH")
_POSITIONS = ("INPUT", "PATH", "OUTER", "RECURSIVE", "MODE")


def flatten(node: exp.Expr) -> exp.Expr:
    """A FLATTEN in FROM as a call of the macro; any other node as it is.

    Raises 000002 for RECURSIVE with OUTER or a MODE and for a PATH that is no constant, 001003 for arguments that
    FLATTEN does not have or a MODE that there is not.
    """
    if not isinstance(node, (exp.Lateral, exp.TableFromRows)) or not isinstance(
        node.this, exp.Explode
    ):
        return node
    given = _arguments(node.this)
    recursive = _constant(given, "RECURSIVE", "FALSE") == "TRUE"
    keeps = _constant(given, "OUTER", "FALSE") == "TRUE"
    mode = _constant(given, "MODE", "BOTH")
    if mode not in _MODES:
        raise compilation(1003, "42000", f"syntax error unexpected '{mode}' in FLATTEN.")
    if recursive and (keeps or mode != "BOTH"):
        raise unsupported("FLATTEN with RECURSIVE and OUTER or a MODE")
    value = given["INPUT"]
    path = given.get("PATH")
    base = ""
    if path is not None:
        if not isinstance(path, exp.Literal) or not path.is_string:
            raise unsupported("FLATTEN with a PATH that is no constant")
        base = path.name
        within = path.name if path.name.startswith("[") else f".{path.name}"
        if path.name:
            where = exp.Literal.string(f"${within}")
            value = exp.Anonymous(this="json_extract", expressions=[value, where])
    named = [exp.Boolean(this=keeps), exp.Literal.string(mode), exp.Literal.string(base)]
    call = exp.Anonymous(this="_flatten", expressions=[value, *named])
    if recursive:
        call = exp.Anonymous(this="_flatten_all", expressions=[value, named[-1]])
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
