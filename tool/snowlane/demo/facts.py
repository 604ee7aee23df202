"""What the demo saw, and what of it must hold. Pure: the story gathers these, the report prints them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

# The columns whose types the two changes are about, with what to call them.
CHANGED_COLUMNS = (
    ("RAW.BRONZE.RAW_POS", "PROMOTION_CODE"),
    ("STAGING.SILVER.STG_POS", "PROMOTION_CODE"),
    ("DW.FACTS.FACT_SALES", "PROMOTION_CODE"),
    ("RAW.BRONZE.RAW_POS", "QUANTITY"),
    ("RAW.BRONZE.RAW_POS", "QUANTITY__RETIRED"),
    ("STAGING.SILVER.STG_POS", "QUANTITY"),
)
QUANTITY = "RAW.BRONZE.RAW_POS.QUANTITY"


@dataclass(frozen=True)
class Counts:
    """Lines of the files given so far, and rows of each layer."""

    file: int = 0
    raw: int = 0
    staging_valid: int = 0
    staging_invalid: int = 0
    fact: int = 0


@dataclass(frozen=True)
class Chapter:
    """A deployment and the day of sales after it.

    `types` are those of CHANGED_COLUMNS after the deployment, None where there is no such column;
    `broken` counts the lines of all files so far that were made to be refused.
    """

    title: str
    revision: str
    statements_run: int
    types: Mapping[str, str | None]
    before: Counts
    migrated: Counts
    file: str
    broken: int
    loaded: Counts


@dataclass(frozen=True)
class Sums:
    """The sum of quantity x price of the valid sales, as each layer has it."""

    file: Decimal
    staging: Decimal
    fact: Decimal


@dataclass(frozen=True)
class Step:
    """A command on the way of the last change to production, and what it came to.

    `quantity` is the type of QUANTITY in the environment it is about, after it.
    """

    command: str
    result: str
    quantity: str


@dataclass(frozen=True)
class Check:
    """Something that must be so, and whether it is."""

    what: str
    holds: bool


@dataclass(frozen=True)
class Story:
    """Everything the demo saw; no `steps` where what is on dev is not as it must be."""

    environment: str
    customers: int
    products: int
    chapters: tuple[Chapter, ...]
    reasons: tuple[tuple[str, int], ...]
    sums: Sums
    steps: tuple[Step, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        """What must hold of it."""
        return tuple(_checks(self))

    @property
    def is_true(self) -> bool:
        """Whether all of that holds."""
        return all(check.holds for check in self.checks)


def _checks(story: Story) -> Iterator[Check]:
    chapters = story.chapters
    counts = [each for chapter in chapters for each in (chapter.migrated, chapter.loaded)]
    yield Check("every line of the files is a row of raw", all(c.raw == c.file for c in counts))
    yield Check(
        "every row of raw is in staging, valid or invalid",
        all(c.staging_valid + c.staging_invalid == c.raw for c in counts),
    )
    yield Check("every valid row is in the fact", all(c.fact == c.staging_valid for c in counts))
    yield Check(
        "the invalid rows are the broken lines, each with its reasons",
        all(chapter.loaded.staging_invalid == chapter.broken for chapter in chapters)
        and sum(rows for _, rows in story.reasons) == chapters[-1].loaded.staging_invalid,
    )
    yield Check(
        "no deployment changed a count",
        all(chapter.before == chapter.migrated for chapter in chapters),
    )
    sums = story.sums
    yield Check(
        "the sum of quantity x price is the same in file, staging and fact",
        sums.file == sums.staging == sums.fact,
    )
    types = [chapter.types[QUANTITY] for chapter in chapters]
    yield Check(
        "quantity of raw was text and is a number",
        str(types[0]).startswith("VARCHAR") and types[-1] == "NUMBER(10,2)",
    )
    if story.steps:
        yield from _checks_of_steps(story.steps)


def _checks_of_steps(steps: tuple[Step, ...]) -> Iterator[Check]:
    promoted = [each for each in steps if each.command.startswith("promote")]
    yield Check(
        "the change was refused until it was rehearsed",
        [each.result.partition(",")[0] for each in promoted]
        == ["refused by rehearsal", "merged and deployed"] * 2,
    )
    yield Check(
        "no rehearsal changed what it was a copy of",
        all(
            each.quantity == before.quantity
            for before, each in pairwise(steps)
            if each.command.startswith("rehearse")
        ),
    )
    yield Check("it reached prod", promoted[-1].quantity == "NUMBER(10,2)")
    yield Check("a rollback took it back there", steps[-1].quantity.startswith("VARCHAR"))
