"""The deployment lock: takes the lease, renews it from a session of its own, gives it back.

Knows nothing of plans; what the lease row is, `snowlane.plan.lease` says.
"""

import contextlib
import getpass
import os
import platform
import threading
import uuid
from collections.abc import Mapping
from types import TracebackType

from snowlane.config.environment import Environment
from snowlane.errors import LockedError, SnowlaneError
from snowlane.plan.lease import Holder, release_lease, renew_lease, take_lease
from snowlane.snowflake.session import Session

_RENEWALS_A_LEASE = 4


def ci_address(variables: Mapping[str, str]) -> str:
    """The address of the CI run this is, or nothing: docs.github.com/actions, default variables."""
    parts = [
        variables.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    ]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""


def owner_of(session: Session) -> str:
    """Who deploys, for people: the account's user, and the person and machine, or CI actor."""
    actor = os.environ.get("GITHUB_ACTOR")
    person = f"{actor} in GitHub Actions" if actor else f"{_person()} on {platform.node()}"
    return f"{session.user} ({person})"


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container's user number may have no name.
        return str(os.getuid())


class Lock:
    """The lease of one environment, held until `release` or the end of the `with` block.

    `session` is the lock's own: it renews while the deployment's session is busy, and can act for
    it when that session is lost. `deploying` is the id of the session whose statements it guards;
    `doing` is told to others beside who holds it.
    """

    def __init__(
        self, environment: Environment, session: Session, deploying: Session, *, doing: str = ""
    ) -> None:
        self.environment = environment
        self.session = session
        self.deploying = deploying.session_id
        self.owner = f"{owner_of(deploying)}{f', {doing}' if doing else ''}"
        self.address = ci_address(os.environ)
        self.token = str(uuid.uuid4())
        self._held = False
        self._ending = threading.Event()
        self._using = threading.Lock()
        self._renewal = threading.Thread(target=self._renew, name="snowlane-lease", daemon=True)

    def __enter__(self) -> "Lock":
        try:
            self._take()
        except LockedError:
            self.session.close()
            raise
        except BaseException:
            # The answer was lost, or the wait for it was cut off: it may be ours.
            self._held = True
            self.__exit__(None, None, None)
            raise
        self._renewal.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._held:
                # Without an answer the lease runs out by itself.
                with contextlib.suppress(SnowlaneError):
                    self.release()
        finally:
            self._ending.set()
            if self._renewal.is_alive():
                self._renewal.join(timeout=1)
            self.session.close()

    def execute(self, text: str) -> tuple[tuple[object, ...], ...]:
        """Run a statement in the lock's own session, between two renewals. Raises SnowflakeError."""
        with self._using:
            return self.session.execute(text).rows

    def release(self) -> None:
        """Give the lease back. Raises SnowflakeError."""
        self.execute(release_lease(self.environment, self.token))
        self.released()

    def released(self) -> None:
        """Note that the lease was given back together with something else."""
        self._held = False
        self._ending.set()

    def _take(self) -> None:
        rows = self.session.execute(
            take_lease(
                self.environment,
                token=self.token,
                owner=self.owner,
                session=self.deploying,
                address=self.address,
            )
        ).rows
        name = self.environment.name
        if len(rows) != 1:
            raise LockedError(
                f"{name} has {len(rows)} lease rows and must have one",
                why="the lock cannot be taken",
                next=f"drop the table {'.'.join(self.environment.state)}.LEASE and run "
                f"`snowlane bootstrap {name}`",
            )
        taken, owner, token, session, since, address, left = rows[0]
        if int(taken) != 1 or token != self.token:
            began = f"{since:%Y-%m-%d %H:%M:%S}" if since else "an unknown time"
            raise locked(name, Holder(owner, session, began, address or "", int(left or 0)))
        self._held = True

    def _renew(self) -> None:
        while not self._ending.wait(self.environment.lease_seconds / _RENEWALS_A_LEASE):
            # A renewal that fails is tried again; when the lease runs out, the fence says so.
            with contextlib.suppress(SnowlaneError):
                self.execute(renew_lease(self.environment, self.token))


def locked(environment: str, holder: Holder) -> LockedError:
    """The refusal that names who holds the lock, and how to go on."""
    lines = [f"held by {holder.owner} since {holder.since} UTC, session {holder.session}"]
    if holder.address:
        lines.append(f"its run: {holder.address}")
    lines.append(f"its lease ends in {holder.seconds_left} s unless it is renewed")
    error = LockedError(
        f"another deployment to {environment} is at work",
        why="\n".join(lines),
        next="wait for it, then run the same command again; if it was killed, its lease runs out by "
        "itself and the next migrate goes on where it stopped",
    )
    error.held_by = holder.owner
    return error
