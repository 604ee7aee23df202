"""`snowlane impact`: what lies downstream of a column, table or object."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("name", metavar="COLUMN_OR_TABLE")
@click.option(
    "--env", "environment", metavar="ENV", help="Ask the live environment instead of the files."
)
@click.option("--mermaid", is_flag=True, help="Print a Mermaid flowchart.")
@global_options
@click.pass_obj
def command(invocation: Invocation, name: str, environment: str | None, mermaid: bool) -> None:
    """Show what is downstream of a column, table or object, such as RAW.BRONZE.RAW_POS.QUANTITY."""
    from snowlane.errors import ConfigurationError
    from snowlane.impacting import catalog_of_account, catalog_of_files
    from snowlane.sql import lineage_explain
    from snowlane.sql.lineage import Lineage, UnknownNameError, downstream

    if environment is None:
        catalog = catalog_of_files(invocation.project())
    else:
        target = invocation.target(environment)
        with target.open() as session:
            catalog = catalog_of_account(session, target.environment)
    lineage = Lineage(catalog)
    try:
        root = lineage.find(name)
    except UnknownNameError as error:
        near = f"did you mean {error.nearest}?" if error.nearest else "give a full name"
        raise ConfigurationError(
            f"there is no column, table or object {name!r}",
            why="a name is DATABASE.SCHEMA.NAME or DATABASE.SCHEMA.NAME.COLUMN, with the logical "
            "database",
            next=near,
        ) from None
    impact = downstream(lineage, root)
    text = lineage_explain.as_mermaid(impact) if mermaid else lineage_explain.as_text(impact)
    invocation.result(lineage_explain.as_data(impact), text, lineage_explain.as_markdown(impact))
