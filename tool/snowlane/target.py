"""One environment of a project, and the way into its account."""

from dataclasses import dataclass, replace
from pathlib import Path

from snowlane.config.claims import refuse_shared_databases
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.snowflake.session import Session, open_session
from snowlane.snowflake.signin import SignIn, account_of, sign_in_for


@dataclass(frozen=True)
class Target:
    """One environment of a project, and whether it is the local account's.

    `home` is the directory whose local account counts, where that is not the project's own.
    """

    project: Project
    environment: Environment
    local: bool = False
    home: Path | None = None

    def way_in(self) -> SignIn:
        """How to sign in.

        Raises ConfigurationError when there is no way, and when the account that it leads to is that
        of another environment with the same database.
        """
        if not self.local:
            # By connections.toml two connections may be one account, and a file may name none.
            refuse_shared_databases(
                [self.environment, *self.project.others(self.environment.name)],
                lambda each: account_of(each, local=False),
            )
        return sign_in_for(self.environment, self.home or self.project.root, local=self.local)

    def open(self, *, as_administrator: bool = False, role: str | None = None) -> Session:
        """Sign in by the environment's role, or by `role`, or by the user's own default role."""
        chosen = role or (None if as_administrator else self.environment.role)
        return open_session(self.environment, self.way_in(), role=chosen)

    def open_as_user(self) -> Session:
        """Sign in by all roles of the user, with the environment's warehouse: for reading."""
        way_in = self.way_in()
        given = {**way_in.parameters, "warehouse": self.environment.warehouse}
        return open_session(self.environment, SignIn(given, way_in.described), role=None)

    def beside(self, name: str) -> "Target":
        """Another environment of the project. Raises ConfigurationError when it is not usable."""
        return replace(self, environment=self.project.environment(name))
