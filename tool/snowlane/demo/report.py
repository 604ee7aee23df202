"""The story in words: for a terminal, as plain lines, as Markdown and as data. Runs nothing."""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from snowlane.demo.facts import CHANGED_COLUMNS, Counts, Story

_LAYERS = ("file", "raw", "staging valid", "staging invalid", "fact")


@dataclass(frozen=True)
class Table:
    """A heading, and rows whose first cell is text and whose others are `numeric` or not."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = False


def as_data(story: Story) -> dict[str, Any]:
    """The facts, amounts as text so that no digit is lost."""
    return {
        "environment": story.environment,
        "customers": story.customers,
        "products": story.products,
        "chapters": [asdict(chapter) for chapter in story.chapters],
        "invalid": [{"reasons": text, "rows": rows} for text, rows in story.reasons],
        "sums": {layer: str(amount) for layer, amount in asdict(story.sums).items()},
        "steps": [asdict(step) for step in story.steps],
        "checks": [asdict(check) for check in story.checks],
    }


def as_text(story: Story) -> str:
    """Plain lines."""
    parts = ["\n".join((table.heading, *_aligned(table))) for table in _tables(story)]
    return "\n\n".join([*parts, "\n".join(_closing(story))])


def as_markdown(story: Story) -> str:
    """Tables for a step summary."""
    parts = []
    for table in _tables(story):
        rule = ["---", *("---:" if table.numeric else "---" for _ in table.columns[1:])]
        rows = (table.columns, rule, *table.rows)
        lines = (
            f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows
        )
        parts.append("\n".join((f"### {table.heading}", "", *lines)))
    return "\n\n".join([*parts, "\n".join(f"- {line}" for line in _closing(story))])


def as_terminal(story: Story) -> str:
    """The same with ruled tables, for whoever looks at a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RuledTable
    from rich.text import Text

    console = Console(file=io.StringIO(), force_terminal=True)
    for table in _tables(story):
        console.print(Text(table.heading, style="bold"))
        ruled = RuledTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for index, column in enumerate(table.columns):
            right = table.numeric and index > 0
            ruled.add_column(column, justify="right" if right else "left", overflow="fold")
        for row in table.rows:
            ruled.add_row(*(Text(cell) for cell in row))
        console.print(ruled)
    for line in _closing(story):
        console.print(Text(line))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().rstrip()


def _tables(story: Story) -> Iterator[Table]:
    yield Table(
        f"Rows of {story.environment} by layer"
        f" ({story.customers} customers and {story.products} products in their dimensions)",
        ("", *_LAYERS),
        tuple(_count_rows(story)),
        numeric=True,
    )
    yield Table(
        "Types by DESCRIBE",
        ("column", *(f"at {chapter.revision}" for chapter in story.chapters)),
        tuple(_type_rows(story)),
    )
    yield Table(
        "Invalid rows by reason",
        ("reason", "rows"),
        tuple((text, str(rows)) for text, rows in story.reasons),
        numeric=True,
    )
    yield Table(
        "Sum of quantity x price of the valid rows",
        ("layer", "amount"),
        tuple((layer, f"{amount:.4f}") for layer, amount in asdict(story.sums).items()),
        numeric=True,
    )
    if story.steps:
        yield Table(
            "The last change, from dev to prod and back",
            ("command", "result", "raw_pos.quantity there"),
            tuple((each.command, each.result, each.quantity) for each in story.steps),
        )


def _count_rows(story: Story) -> Iterator[tuple[str, ...]]:
    for number, chapter in enumerate(story.chapters):
        step = f"{number}. {chapter.title}" if number else chapter.title
        yield (f"{step} ({chapter.statements_run} statements)", *_cells(chapter.migrated))
        yield (f"   + {chapter.file}", *_cells(chapter.loaded))


def _cells(counts: Counts) -> Iterator[str]:
    return (str(count) for count in asdict(counts).values())


def _type_rows(story: Story) -> Iterator[tuple[str, ...]]:
    for table, column in CHANGED_COLUMNS:
        types = (chapter.types[f"{table}.{column}"] for chapter in story.chapters)
        shown = f"{table.rsplit('.', 1)[-1]}.{column}".lower()
        yield (shown, *(each or "-" for each in types))


def _closing(story: Story) -> Iterator[str]:
    for check in story.checks:
        yield f"{'ok    ' if check.holds else 'FAILED'}  {check.what}"


def _aligned(table: Table) -> Iterator[str]:
    rows = (table.columns, *table.rows)
    widths = [max(len(row[index]) for row in rows) for index in range(len(table.columns))]
    for row in rows:
        cells = [
            cell.rjust(width) if table.numeric and index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(("", *cells)).rstrip()
