"""Snowflake Scripting blocks as text: one statement each, which a plan may run inside another block.

Knows the grammar of a block and nothing of what is written into it.
Grammar: docs.snowflake.com/en/developer-guide/snowflake-scripting.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from snowlane.errors import RefusedError
from snowlane.sql.names import literal

# What a block with a title begins with.
TITLE = "EXECUTE IMMEDIATE $$ -- "
_INDENT = "  "


@dataclass(frozen=True)
class Stop:
    """An exception of a block: its name there, its number (-20999 to -20000) and its message."""

    name: str
    number: int
    message: str

    @property
    def declaration(self) -> str:
        """As it stands under DECLARE; the message is one literal, and $$ would end the block."""
        message = literal(self.message.replace("$$", "$ $"))
        return f"{self.name} EXCEPTION ({self.number}, {message});"


def block(declared: Iterable[str], body: Iterable[str], title: str = "") -> str:
    """A block as EXECUTE IMMEDIATE, the form that every client sends as one statement.

    The title is a comment on its first line, which is all that a short view of a plan shows. Raises
    RefusedError when something in it holds $$, which would end it.
    """
    declarations = indented(declared)
    first = ["DECLARE", *declarations] if declarations else []
    text = "\n".join([*first, "BEGIN", *indented(body), "END;"])
    if "$$" in text + title:
        raise RefusedError(
            "a statement that runs inside a block cannot hold $$",
            next="write its literals in single quotes",
        )
    first_line = f"{TITLE}{title}" if title else "EXECUTE IMMEDIATE $$"
    return f"{first_line}\n{text}\n$$"


def stop_if(condition: str, stop: Stop) -> list[str]:
    """Raise when a condition holds."""
    return [f"IF ({condition}) THEN", f"{_INDENT}RAISE {stop.name};", "END IF;"]


def only_if(condition: str, body: Iterable[str]) -> list[str]:
    """Do something when a condition holds."""
    return [f"IF ({condition}) THEN", *indented(body), "END IF;"]


def undone_by(statement: str, undo: str) -> list[str]:
    """A statement that, when it fails, has `undo` run before its error goes on."""
    return [
        "BEGIN",
        *indented([f"{statement};"]),
        "EXCEPTION",
        *indented(["WHEN OTHER THEN", *indented([f"{undo};", "RAISE;"])]),
        "END;",
    ]


def waiting(count: Iterable[str], seconds: int, rounds: int) -> list[str]:
    """Wait until a query that counts into :found finds nothing, in so many rounds at most."""
    return [
        "waited := 0;",
        "LOOP",
        *indented(
            [
                *count,
                f"IF (found = 0 OR waited >= {rounds}) THEN",
                f"{_INDENT}BREAK;",
                "END IF;",
                f"CALL SYSTEM$WAIT({seconds});",
                "waited := waited + 1;",
            ]
        ),
        "END LOOP;",
    ]


def indented(lines: Iterable[str]) -> list[str]:
    """Lines one step further in; what follows the first line of one stays exactly as it is."""
    return [f"{_INDENT}{line}" for line in lines]
