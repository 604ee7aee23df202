"""`snowlane env configure`: the addresses of an environment's stages, and its files for Airflow."""

from pathlib import Path
from shlex import quote

import click

from snowlane.errors import SnowlaneError
from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the files for Airflow go (airflow/ENV in the project).",
)
@click.option(
    "--prefix",
    default="snowlane_",
    show_default=True,
    metavar="TEXT",
    help="What the names of Airflow's variables begin with.",
)
@click.option("--connection-id", metavar="ID", help="Airflow's connection (snowflake_ENV).")
@click.option("--role", metavar="ROLE", help="Role of Airflow's connection (the deploy role).")
@click.option("--dry-run", is_flag=True, help="Show what would be set and written; do nothing.")
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    environment: str,
    output: Path | None,
    prefix: str,
    connection_id: str | None,
    role: str | None,
    dry_run: bool,
) -> None:
    """Set the URLs of stages from the environment's file; write Airflow's variables and connection.

    The files hold no secrets; what Airflow must be given besides is said.
    """
    from snowlane.configuring import airflow_files, set_stage_urls, write_files

    target = invocation.target(environment)
    files = airflow_files(
        target,
        output or target.project.root / "airflow" / environment,
        prefix=prefix,
        connection_id=connection_id or f"snowflake_{environment}",
        role=role,
    )
    stages = set_stage_urls(target, invocation.progress, dry_run=dry_run)
    if not dry_run:
        write_files(files)
    paths = [files.directory / name for name in files.files]
    would = "would be " if dry_run else ""
    lines = [f"stage as wanted  {each}" for each in stages.as_wanted]
    lines += [f"stage {would}set  {each}" for each in stages.statements]
    lines += [f"{would}written  {each}" for each in paths]
    lines += [f"left to you  {each}" for each in files.secrets]
    lines += [
        "import them:",
        *(
            f"  airflow {path.stem} import {quote(str(path))}"  # the files are called as the commands are
            for path in paths
        ),
    ]
    data = {
        "environment": environment,
        "dry_run": dry_run,
        "stages_as_wanted": list(stages.as_wanted),
        "stages_set": list(stages.statements),
        "pipes_stopped": list(stages.stopped),
        "files": {str(path): files.files[path.name] for path in paths},
        "secrets_left_out": list(files.secrets),
    }
    invocation.result(data, "\n".join(lines))
    if stages.stopped:
        raise SnowlaneError(
            f"{environment}: {len(stages.stopped)} pipe(s) load nothing since their stage moved",
            why="\n".join(stages.stopped),
            next="Snowflake lets them run again only when they are made anew: "
            f"`snowlane migrate {environment}` does that with those that object files make",
        )
