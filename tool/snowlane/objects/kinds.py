"""The kinds of replaceable objects, listed in this one place.

Says how a kind is written; what an account does with it is known elsewhere.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectKind:
    """A kind of object: its words in SQL, and whether argument types are part of its identity.

    `is_repeatable` says that CREATE OR REPLACE run a second time changes nothing more: no data is
    read again, no position lost.
    """

    name: str
    has_arguments: bool = False
    is_repeatable: bool = False


KINDS = (
    ObjectKind("VIEW", is_repeatable=True),
    ObjectKind("PROCEDURE", has_arguments=True, is_repeatable=True),
    ObjectKind("FUNCTION", has_arguments=True, is_repeatable=True),
    ObjectKind("TASK", is_repeatable=True),
    ObjectKind("STREAM"),
    ObjectKind("PIPE"),
    ObjectKind("ALERT", is_repeatable=True),
    ObjectKind("DYNAMIC TABLE"),
    ObjectKind("MASKING POLICY"),
    ObjectKind("ROW ACCESS POLICY"),
    ObjectKind("TAG"),
)


def ddl_word(kind: str) -> str:
    """What GET_DDL calls a kind: all policies POLICY, the others with an underscore.

    Source: docs.snowflake.com/en/sql-reference/functions/get_ddl.
    """
    return "POLICY" if kind.endswith(" POLICY") else kind.replace(" ", "_")


# Words that may stand between CREATE OR REPLACE and the kind without changing the kind.
MODIFIERS = frozenset(
    {"SECURE", "RECURSIVE", "MATERIALIZED", "TEMPORARY", "TEMP", "AGGREGATE", "EXTERNAL"}
)
