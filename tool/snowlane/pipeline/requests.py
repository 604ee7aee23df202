"""The request that sends statements on tasks, pipes and alerts under the lock's fence.

One block sends several and answers what became of each: one that is refused does not keep the others
from running. Pure. Rules: docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.plan.journal import FENCE_MESSAGE, FENCE_NUMBER
from snowlane.plan.lease import held_by
from snowlane.sql.names import literal

# Statements of one request: a block of Snowflake Scripting of at most some kilobytes.
AT_ONCE = 25


@dataclass(frozen=True)
class Answer:
    """What became of one statement: Snowflake's error number and message, 0 where it ran."""

    number: int = 0
    message: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the statement ran."""
        return self.number == 0


def fenced(environment: Environment, token: str, statements: Sequence[str]) -> str:
    """A block that runs the statements in order, unless the lock is lost; one line of answer each."""
    lines = [
        "DECLARE",
        f"  lost EXCEPTION ({FENCE_NUMBER}, {literal(FENCE_MESSAGE)});",
        "  held INTEGER;",
        "  answers VARCHAR DEFAULT '';",
        "  line VARCHAR;",
        "BEGIN",
        f"  SELECT COUNT(*) INTO :held {held_by(environment, token)};",
        "  IF (held <> 1) THEN",
        "    RAISE lost;",
        "  END IF;",
    ]
    for statement in statements:
        lines += [
            "  BEGIN",
            f"    EXECUTE IMMEDIATE {literal(statement)};",
            "    answers := answers || '0\\n';",
            "  EXCEPTION",
            "    WHEN OTHER THEN",
            "      LET number INTEGER := SQLCODE;",
            "      LET why VARCHAR := SQLERRM;",
            "      SELECT :number || ' ' || REPLACE(REPLACE(:why, '\\r', ' '), '\\n', ' ') INTO :line;",
            "      answers := answers || line || '\\n';",
            "  END;",
        ]
    lines += ["  RETURN answers;", "END"]
    return "\n".join(lines)


def read_answers(text: str) -> list[Answer]:
    """The answers of a block, in the order of its statements."""
    found = []
    for line in text.splitlines():
        number, _, message = line.partition(" ")
        found.append(Answer(int(number), message))
    return found
