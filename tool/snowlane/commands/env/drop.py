"""`snowlane env drop`: a clone is taken away."""

import click

from snowlane.confirmation import confirm_by_name
from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, yes: bool) -> None:
    """Drop the databases of a clone and all that is written about it.

    Only what snowlane cloned; a half-made clone, too. Never a protected environment.
    """
    from snowlane.lifecycle import drop, registered

    kept = registered(invocation.project(), environment, local=invocation.local)
    databases = list(kept.row.databases.values())
    if not yes:
        invocation.progress(f"{environment}, cloned from {kept.row.source} by {kept.row.owner}:")
        for name in databases:
            invocation.progress(f"  database {name}")
        confirm_by_name(
            environment,
            f"dropping {environment} must be confirmed",
            otherwise="give --yes where a person or a schedule has decided it",
        )
    done = drop(kept, invocation.progress)
    data = {
        "environment": environment,
        "dropped": done.databases,
        "not_seen": done.gone,
        "left": done.left,
    }
    for line in done.left:
        invocation.warn(line)
    text = f"{environment} is dropped: {', '.join(done.databases) or 'no database was left of it'}."
    if done.gone:
        text += f"\nNot there, or not to be seen by its role: {', '.join(done.gone)}."
    invocation.result(data, text)
