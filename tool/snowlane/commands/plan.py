"""`snowlane plan`: what a deployment would do, statement by statement."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--to", default="head", metavar="REV", help="Revision to end at (head).")
@click.option("--sql", is_flag=True, help="Print exactly the SQL that would be sent.")
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, to: str, sql: bool) -> None:
    """Show pending revisions and changed objects, with their exact statements."""
    from snowlane.deploying import preview
    from snowlane.plan import explain

    plan = preview(invocation.target(environment), to=to)
    text = explain.as_sql(plan) if sql else explain.as_text(plan)
    invocation.result(explain.as_data(plan), text, explain.as_markdown(plan))
    if sql:
        for warning in plan.warnings:
            invocation.progress(f"Warning: {warning}")
