"""Maps the names of a plan's statements and collects what is wrong with them, to be told all at once."""

from snowlane.config.environment import Environment
from snowlane.errors import RefusedError
from snowlane.plan.physical import physical
from snowlane.sql.mapping import Doubt
from snowlane.sql.tokens import UnreadableSqlError


class Mapper:
    """Maps texts for one environment; `warnings` gets what may be meant otherwise."""

    def __init__(self, environment: Environment, warnings: list[str]) -> None:
        self.environment = environment
        self.warnings = warnings
        self.problems: list[str] = []

    def map(self, where: str, text: str) -> str:
        """The text with physical names; `where` is how a problem in it is named."""
        try:
            mapped = physical(text, self.environment)
        except UnreadableSqlError as error:
            self.problems.append(f"{where}: {error}")
            return text
        for question in mapped.questions:
            line = f"{where}, line {question.line}: {question.text} {question.doubt.value}"
            (self.warnings if question.doubt is Doubt.IN_TEXT else self.problems).append(line)
        return mapped.text

    def refuse_problems(self) -> None:
        """Raise RefusedError when a text names what is not mapped, or is ambiguous."""
        if self.problems:
            logical = ", ".join(sorted(self.environment.databases))
            raise RefusedError(
                f"{len(self.problems)} name(s) cannot be mapped for {self.environment.name}",
                why="\n".join(self.problems),
                next=f"name the logical databases ({logical}) in three parts, and nothing else "
                "by their names",
            )
