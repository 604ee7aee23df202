"""What a clone is to be: looked at before anything is made, and handed from step to step."""

from dataclasses import dataclass

from snowlane.cloning.run import Progress
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.environments.after import read_after
from snowlane.environments.destination import Wanted, destination_of
from snowlane.environments.foreign import Foreign, foreign_to
from snowlane.errors import ConfigurationError
from snowlane.locating import environment_named
from snowlane.plan.model import Statement
from snowlane.snowflake.signin import sign_in_for


@dataclass(frozen=True)
class Order:
    """One clone; `others` are all environments that have a file, `after` the SQL that comes after."""

    wanted: Wanted
    source: Environment
    target: Target
    others: tuple[Environment, ...]
    after: tuple[Statement, ...]
    progress: Progress

    @property
    def environment(self) -> Environment:
        """The environment that is to be made."""
        return self.target.environment

    @property
    def foreign(self) -> Foreign:
        """What is another environment's."""
        return foreign_to(self.environment, (*self.others, self.source))


def order_of(project: Project, wanted: Wanted, *, local: bool, progress: Progress) -> Order:
    """The order for what was asked for. Makes nothing.

    Raises ConfigurationError for names, files and accounts that do not go together, RefusedError for
    a protected environment, and for SQL that names what is not the environment's.
    """
    source = environment_named(project, wanted.source, local=local)
    others = project.environments()
    environment = destination_of(wanted, source, others)
    after = read_after(project.root, environment)
    target = Target(project, environment, local)
    _refuse_other_account(target, source)
    return Order(wanted, source, target, others, after, progress)


def _refuse_other_account(target: Target, source: Environment) -> None:
    root = target.project.root
    accounts = [
        str(sign_in_for(each, root, local=target.local).parameters.get("account"))
        for each in (source, target.environment)
    ]
    if accounts[0].upper() != accounts[1].upper():
        raise ConfigurationError(
            f"{target.environment.name} cannot be a copy of {source.name}",
            why=f"{source.name} is in account {accounts[0]}, the copy would be in {accounts[1]}, and "
            "Snowflake copies within one account only",
            next="choose a source in the same account",
        )
