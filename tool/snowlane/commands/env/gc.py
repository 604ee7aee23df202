"""`snowlane env gc`: clones whose time is over are taken away."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.option("--dry-run", is_flag=True, help="Show which would be dropped; do nothing.")
@click.option("--yes", is_flag=True, help="Drop them; without it nothing is dropped.")
@global_options
@click.pass_obj
def command(invocation: Invocation, dry_run: bool, yes: bool) -> int:
    """Drop clones past their end, and those whose dropping was broken off; for a schedule.

    One that cannot be dropped, because somebody deploys to it for example, stops no other.
    """
    from snowlane.environments import listing
    from snowlane.environments.listing import Listed
    from snowlane.lifecycle import all_registered, collect, expired

    kept, problems = all_registered(invocation.project(), local=invocation.local)
    for problem in problems:
        invocation.warn(problem)
    over = expired(kept)
    names = [each.row.name for each in over]
    if over and (dry_run or not yes):
        text = listing.as_text([Listed(each.row) for each in over])
        if not dry_run:
            invocation.progress("Nothing is dropped without --yes.")
        invocation.result({"expired": names, "dropped": [], "problems": list(problems)}, text)
        return ExitCode.FAILED if problems else ExitCode.DONE
    collected = collect(over, invocation.progress)
    failed = [f"{name}: {error.what}" for name, error in collected.problems]
    for (_, error), text in zip(collected.problems, failed, strict=True):
        reason = "; ".join(line for line in (error.why, error.next) if line)
        invocation.warn(f"{text} ({reason})" if reason else text)
    data = {
        "expired": names,
        "dropped": list(collected.dropped),
        "problems": [*problems, *failed],
        "left": list(collected.left),
        "not_seen": list(collected.unseen),
    }
    for line in collected.left:
        invocation.warn(line)
    done = f"dropped: {', '.join(collected.dropped)}" if collected.dropped else "nothing dropped"
    text = f"{len(over)} past their end; {done}." if over else "None is past its end."
    if collected.unseen:
        text += f"\nNot there, or not to be seen by its role: {', '.join(collected.unseen)}."
    invocation.result(data, text)
    return ExitCode.FAILED if problems or failed else ExitCode.DONE
