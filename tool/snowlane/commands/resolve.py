"""`snowlane resolve`: settle a statement of which neither journal nor query history can tell."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--mark-done", "verdict", flag_value="done", help="It took effect: go on behind it.")
@click.option("--retry", "verdict", flag_value="retry", help="It did not: run it again.")
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, verdict: str | None) -> None:
    """Show what of a deployment is half applied or in doubt; settle what is in doubt.

    Look in the account first whether the statement that is shown took effect.
    """
    from snowlane.resolving import resolve

    found = resolve(invocation.target(environment), verdict, invocation.progress)
    lines = [f"{environment} is at {found.version or 'base'}"]
    if found.half_applied:
        ran = len(found.ran)
        lines.append(
            f"half applied: {found.half_applied}, {ran} statement{'' if ran == 1 else 's'} ran"
        )
        lines += [_indented(each.code) for each in found.ran]
    lines += [f"in doubt: {each.where}\n{_indented(each.text)}" for each in found.in_doubt]
    lines += [f"{each.outcome}: {each.where}" for each in found.settled]
    if found.in_doubt:
        lines.append(
            f"If it took effect: snowlane resolve {environment} --mark-done\n"
            f"If it did not:     snowlane resolve {environment} --retry"
        )
    elif found.half_applied and not found.goes_on:
        lines.append(
            "The revision says otherwise now: have it begin with these statements as they ran, and run "
            f"`snowlane migrate {environment}`;\nwhere those that it has come to the same, "
            f"`snowlane migrate {environment} --override edited-revision=WHY` goes on behind them."
        )
    elif found.half_applied or found.settled:
        lines.append(f"snowlane migrate {environment} goes on from here.")
    else:
        lines.append("nothing is half applied or in doubt")
    data = {
        "environment": environment,
        "revision": found.version,
        "half_applied": found.half_applied or None,
        "statements_run": len(found.ran),
        "ran": [
            {
                "statement": each.where,
                "text": each.text,
                "logical": each.logical,
                "hash": each.entry.hash,
            }
            for each in found.ran
        ],
        "goes_on": found.goes_on if found.half_applied else None,
        "in_doubt": [{"statement": each.where, "text": each.text} for each in found.in_doubt],
        "settled": [{"statement": each.where, "as": each.outcome} for each in found.settled],
    }
    invocation.result(data, "\n".join(lines))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
