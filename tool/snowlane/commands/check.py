"""`snowlane check`: lint revisions and objects."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.option(
    "--base", metavar="REF", help="Only what was added or changed since the branch left REF."
)
@global_options
@click.pass_obj
def command(invocation: Invocation, base: str | None) -> int:
    """Lint revisions and objects; errors exit 3, warnings do not."""
    from snowlane.checking import gather_facts
    from snowlane.lint import report
    from snowlane.lint.engine import errors, lint
    from snowlane.step_summary import is_in_actions

    project = invocation.project()
    changed = None
    if base is not None:
        from snowlane.git.changed import changed_since

        changed = changed_since(project.root, base)
    facts = gather_facts(project, changed)
    findings = lint(facts)
    files = [each.file for each in facts.revisions] + [each.file for each in facts.objects]
    count = sum(facts.is_reported(file) for file in files)
    invocation.result(
        report.as_data(findings, count),
        report.as_text(findings, count),
        report.as_markdown(findings, count),
    )
    if is_in_actions():
        for line in report.as_annotations(findings):
            invocation.progress(line)
    return ExitCode.REFUSED if errors(findings) else ExitCode.DONE
