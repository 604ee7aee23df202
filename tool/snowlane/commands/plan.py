"""`snowlane plan`: what a deployment would do, statement by statement."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--to", default="head", metavar="REV", help="Revision to end at (head).")
@click.option("--sql", is_flag=True, help="Print exactly the SQL that would be sent.")
@click.option("--drift", is_flag=True, help="Also show what was changed by hand.")
@click.option(
    "--offline", is_flag=True, help="As for an environment that is empty; asks no account."
)
@click.option("--exit-code", is_flag=True, help="Exit 4 when something is pending or has drifted.")
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    environment: str,
    to: str,
    sql: bool,
    drift: bool,
    offline: bool,
    exit_code: bool,
) -> int:
    """Show pending revisions and changed objects, with their exact statements.

    Exits 3 when migrate would refuse them, after showing them.
    """
    from snowlane import previewing
    from snowlane.errors import ExitCode
    from snowlane.gates.content import refuse_content
    from snowlane.plan import explain

    found = None
    if offline and drift:
        raise click.UsageError("--drift asks the account, which --offline does not")
    target = invocation.target(environment)
    plan = (previewing.offline if offline else previewing.preview)(target, to=to)
    data = explain.as_data(plan)
    text = explain.as_sql(plan) if sql else explain.as_text(plan)
    markdown = explain.as_markdown(plan)
    if drift:
        from snowlane.drift import report
        from snowlane.surveying import measured

        found = measured(target)
        data |= {"drift": report.as_data(found) if found else None}
        shown = report.as_text(found) if found else f"{environment} is not prepared: no drift"
        # What is printed as SQL must stay SQL.
        text += "\n\n" + ("\n".join(f"-- {line}" for line in shown.splitlines()) if sql else shown)
        markdown += "\n\n" + (report.as_markdown(found) if found else shown)
    invocation.result(data, text, markdown)
    for warning in plan.warnings:
        if sql:
            invocation.warn(warning)
        else:
            invocation.annotate("warning", warning)
    refuse_content(plan, {})
    is_behind = not plan.is_empty or (found is not None and not found.is_none)
    return ExitCode.PENDING if exit_code and is_behind else ExitCode.DONE
