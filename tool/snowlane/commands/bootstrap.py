"""`snowlane bootstrap`: what an environment needs before its first revision."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--sql", is_flag=True, help="Print the script for an administrator; run nothing.")
@click.option("--role", metavar="ROLE", help="Role to do it with (the user's default role).")
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, sql: bool, role: str | None) -> None:
    """Make databases, version table, state schema and grants; what exists is left alone.

    For an environment with [clone] also what cloning needs: its role, the registry, their grants.
    """
    from snowlane.environments.preparation import both, preparation_of
    from snowlane.plan.bootstrap import bootstrap_of
    from snowlane.snowflake.bootstrapping import run_bootstrap

    target = invocation.target(environment)
    wanted = bootstrap_of(target.environment)
    if target.environment.clone is not None:
        source = target.project.environment(target.environment.clone.source)
        wanted = both(wanted, preparation_of(target.environment, source))
    if sql:
        script = wanted.sql()
        invocation.result({"environment": environment, "sql": script}, script)
        return
    with target.open(as_administrator=True, role=role) as session:
        done = run_bootstrap(session, target.environment, invocation.progress, wanted)
    lines = [f"exists   {each}" for each in done.existing]
    lines += [f"created  {each}" for each in done.made]
    lines += [f"granted  {each.removeprefix('GRANT ')}" for each in done.granted]
    data = {
        "environment": environment,
        "existing": list(done.existing),
        "created": list(done.made),
        "granted": list(done.granted),
    }
    invocation.result(data, "\n".join(lines))
