"""The first phase: a whole, verified copy of the source beside the environment, which stays in use."""

from dataclasses import dataclass
from datetime import timedelta

from snowlane.cloning.clone import carry_out
from snowlane.cloning.order import Order, order_of
from snowlane.cloning.run import NotMadeError, Progress
from snowlane.config.environment import Environment
from snowlane.environments.destination import Wanted
from snowlane.environments.refresh_steps import aside_name
from snowlane.environments.registry import Registered, State
from snowlane.errors import ConfigurationError, HalfAppliedError, LockedError, RefusedError
from snowlane.lifecycle import Kept, drop
from snowlane.refreshing.ending import UNUSED
from snowlane.target import Target

_GONE = (State.REPLACED, State.DROPPING)


@dataclass(frozen=True)
class Refresh:
    """What a refresh was asked for; `order` is that of the copy."""

    target: Target
    order: Order
    grace: timedelta
    wait: timedelta
    accept_incomplete: bool

    @property
    def environment(self) -> Environment:
        """The environment that is made anew."""
        return self.target.environment

    @property
    def command(self) -> str:
        """The command that goes on with it."""
        return self.order.wanted.command


def refresh_of(
    target: Target,
    *,
    grace: timedelta,
    wait: timedelta,
    accept_incomplete: bool,
    progress: Progress,
) -> Refresh:
    """What is to be done for an environment that has a file. Makes nothing.

    Raises RefusedError for a protected one, ConfigurationError for one whose file names no source.
    """
    environment = target.environment
    name = environment.name
    if environment.made_like is not None:
        raise ConfigurationError(
            f"{name} is not made anew",
            why="it has no file: it is a clone of its own",
            next=f"drop it and clone it again: `snowlane env drop {name}`",
        )
    if environment.protected:
        raise RefusedError(
            f"{name} is protected", why="it is never made anew", next="choose another environment"
        )
    if environment.clone is None:
        raise ConfigurationError(
            f"nothing says from what {name} is made anew",
            why=f"envs/{name}.toml has no [clone]",
            next='add [clone] with from = "prod" and the role that copies',
        )
    wanted = Wanted(
        source=environment.clone.source,
        name=aside_name(name),
        like=name,
        ttl=UNUSED,
        # Else its external stages, and the pipes on them, would become internal ones.
        urls=environment.stages,
        accept_incomplete=accept_incomplete,
        refreshes=name,
    )
    order = order_of(target.project, wanted, local=target.local, progress=progress)
    return Refresh(target, order, grace, wait, accept_incomplete)


def refuse_kept(refresh: Refresh, row: Registered | None) -> None:
    """Raise RefusedError while what the environment held before the last refresh is kept."""
    if row is not None and row.state is State.REPLACED and not row.is_expired:
        raise RefusedError(
            f"{refresh.environment.name} was made anew lately",
            why=f"{row.name} still keeps what it held before, until {row.expires_at:%Y-%m-%d %H:%M} UTC",
            next=f"`snowlane env drop {row.name}` lets that go; then run `{refresh.command}` again",
        )


def refuse_other(refresh: Refresh, row: Registered | None) -> None:
    """Raise RefusedError where what is called as the copy is none that this refresh would make.

    Its source, databases and stage addresses tell: a clone that somebody made has none of the
    environment's addresses.
    """
    if row is None or row.state not in (State.CLONING, State.FAILED, State.READY):
        return
    copy, order = refresh.order.environment, refresh.order
    made = (row.source, row.made_like, dict(row.databases), dict(row.stages))
    wanted = (order.source.name, copy.made_like, dict(copy.databases), dict(copy.stages))
    if made != wanted:
        name = refresh.environment.name
        raise RefusedError(
            f"{row.name} is not the copy with which {name} is made anew",
            why=f"it is a copy of {row.source} made like {row.made_like or row.name} by {row.owner}, or "
            f"envs/{name}.toml was changed since",
            next=f"drop it, `snowlane env drop {row.name}`, then run `{refresh.command}` again",
        )


def make_aside(refresh: Refresh, row: Registered | None) -> None:
    """Have the copy ready and whole; `row` is its registration, from a run before.

    Raises what a clone raises, and NotMadeError when the copy lacks something.
    """
    order = refresh.order
    if row is not None and row.state in _GONE:
        drop(Kept(order.target, row), order.progress)
        row = None
    left_out = row.left_out if row else ()
    if row is None or row.state in (State.CLONING, State.FAILED):
        try:
            cloned = carry_out(order)
        except LockedError as error:
            error.next = f"wait for it, then run `{refresh.command}` again"
            raise
        except HalfAppliedError as error:
            raise HalfAppliedError(
                f"{refresh.environment.name} is as it was; its copy {order.environment.name} is not "
                "finished",
                why=error.why,
                next=error.next,
            ) from None
        left_out = cloned.findings.left_out
        for note in cloned.findings.unresolved:
            order.progress(f"Not judged: {note.item}, line {note.line}: {note.text} {note.why}")
    else:
        at = f" as of {row.instant:%Y-%m-%d %H:%M:%S} UTC" if row.instant else ""
        order.progress(f"going on with the copy {row.name} of {row.source}{at}")
    if left_out and not refresh.accept_incomplete:
        raise NotMadeError(
            f"{refresh.environment.name} is as it was: its copy is not whole",
            why="\n".join(left_out),
            next=f"correct it in {order.source.name} and drop the copy "
            f"(`snowlane env drop {order.environment.name}`), or give --accept-incomplete",
        )
