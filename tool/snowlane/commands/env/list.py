"""`snowlane env list`: the environments that were cloned."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.option(
    "--sizes",
    is_flag=True,
    help="Also the data each shares with no other; needs ACCOUNTADMIN as the user's default role.",
)
@global_options
@click.pass_obj
def command(invocation: Invocation, sizes: bool) -> int:
    """List clones with their source, owner, age and end."""
    from snowlane.environments import listing
    from snowlane.environments.listing import Listed
    from snowlane.lifecycle import all_registered, with_sizes

    project = invocation.project()
    kept, problems = all_registered(project, local=invocation.local)
    listed = (
        with_sizes(kept, project, local=invocation.local)
        if sizes
        else tuple(Listed(each.row) for each in kept)
    )
    for problem in problems:
        invocation.warn(problem)
    data = {
        "environments": [listing.as_data(each) for each in listed],
        "problems": list(problems),
    }
    invocation.result(data, listing.as_text(listed), listing.as_markdown(listed))
    return ExitCode.FAILED if problems else ExitCode.DONE
