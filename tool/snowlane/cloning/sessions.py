"""The sessions of a clone: opened when they are first needed, several at once, and kept to its end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType

from snowlane.deploying import Target
from snowlane.errors import RefusedError, SnowlaneError
from snowlane.snowflake.session import Session
from snowlane.sql.names import literal


class CloneSessions:
    """Sessions of the role that copies, and of the environment's role, which `own` has.

    Use it as a context manager: its end closes all but `own`.
    """

    def __init__(self, target: Target, own: Session) -> None:
        self._target = target
        self._own = own
        self._cloners: list[Session] = []
        self._workers: list[Session] = []

    def __enter__(self) -> "CloneSessions":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in (*self._cloners, *self._workers):
            # One whose connection broke has ended already.
            with suppress(SnowlaneError):
                session.close()

    @property
    def ids(self) -> list[str]:
        """The account's numbers of all that are open."""
        return sorted(each.session_id for each in (self._own, *self._cloners, *self._workers))

    def cloners(self, count: int = 1) -> list[Session]:
        """Sessions that see both the source and the copy. Raises RefusedError and SnowflakeError."""
        self._more(self._cloners, count, lambda: open_cloner(self._target))
        return self._cloners[:count]

    def workers(self, count: int) -> list[Session]:
        """Sessions of the environment's role, the first of them `own`. Raises SnowflakeError."""
        self._more(self._workers, count - 1, self._target.open)
        return [self._own, *self._workers[: count - 1]]

    def _more(self, known: list[Session], count: int, opened: Callable[[], Session]) -> None:
        missing = count - len(known)
        if missing == 1:
            known.append(opened())
        elif missing > 1:
            with ThreadPoolExecutor(missing) as pool:
                signing_in = [pool.submit(opened) for _ in range(missing)]
            # All have ended now: what did open is kept, and closed at the end.
            known += [each.result() for each in signing_in if each.exception() is None]
            for each in signing_in:
                each.result()


def open_cloner(target: Target) -> Session:
    """A session of the role that copies; of all the user's roles where the file names none.

    Raises RefusedError when that role has no part in the environment's: it could not see its copies.
    """
    role = target.environment.clone_role
    session = target.open(role=role) if role else target.open_as_user()
    try:
        own = target.environment.role
        if not session.execute(f"SELECT IS_ROLE_IN_SESSION({literal(own)})").rows[0][0]:
            raise RefusedError(
                f"{role or 'the user'} cannot make {target.environment.name}",
                why=f"the role {own} is not granted to it",
                next=f"an administrator runs `snowlane bootstrap "
                f"{target.environment.made_like or target.environment.name}`, which grants it",
            )
    except BaseException:
        session.close()
        raise
    return session
