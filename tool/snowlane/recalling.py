"""Says what ran of a revision that is half applied, in the words that its file would have.

The journal keeps hashes; the texts come from the checkout where it still has them, else from the
account's query history.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.errors import SnowflakeError
from snowlane.lint import remedy
from snowlane.plan.journal import Entry
from snowlane.plan.physical import physical
from snowlane.plan.unfinished import Unfinished
from snowlane.snowflake.session import Session
from snowlane.snowflake.settling import statement_texts
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.tokens import UnreadableSqlError


@dataclass(frozen=True)
class Ran:
    """A statement that took effect; `text` is what was sent, None where nothing has it any more.

    `logical` is the text that becomes it in this environment, None where none was found.
    """

    entry: Entry
    text: str | None
    logical: str | None

    @property
    def where(self) -> str:
        """Which one it is."""
        entry = self.entry
        return f"{entry.stage} {entry.name}, statement {entry.index} of {entry.count}"

    @property
    def code(self) -> str:
        """The statement as a revision has it, or what is known of it."""
        if self.logical is not None:
            return remedy.op_sql(self.logical)
        kept = "is not known any more" if self.text is None else "has no logical form"
        return f"# its text {kept}, SHA-256 {self.entry.hash}" + (
            f"\n{self.text}" if self.text is not None else ""
        )


def recall(
    session: Session,
    environment: Environment,
    unfinished: Unfinished,
    version: str | None,
    known: Mapping[str, str] | None = None,
) -> tuple[Ran, ...]:
    """The statements that ran of the revision that is half applied, in order; none where none is.

    `known` are texts by their hashes, for which the account is not asked.
    """
    half = unfinished.half_applied(version)
    if half is None:
        return ()
    texts = dict(known or {})
    for deployment in unfinished.deployments:
        asked = [
            each
            for each in half.entries
            if each.deployment == deployment.id and each.hash not in texts
        ]
        try:
            texts |= statement_texts(
                lambda sql: session.execute(sql).rows, environment, asked, deployment.session
            )
        except SnowflakeError:
            # Only the showing needs it, and history may be closed to this role.
            continue
    return tuple(
        Ran(each, texts.get(each.hash), _logical(texts.get(each.hash), environment))
        for each in half.entries
    )


def _logical(text: str | None, environment: Environment) -> str | None:
    """The text whose names become those of a text that was sent, if there is one."""
    if text is None:
        return None
    there = {name: logical for logical, name in environment.databases.items()}
    account = {name: logical for logical, name in environment.names.items()}
    for names in (NameMap(there, account), NameMap(there), NameMap({})):
        try:
            found = map_names(text, names).text
            if physical(found, environment).text == text:
                return found
        except UnreadableSqlError:
            continue
    return None
