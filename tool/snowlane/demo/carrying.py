"""The last change carried from dev to qa and prod, by gates, rehearsals and merges, and taken back.

qa and prod begin where dev was before it: their branches are at the commit that dev was deployed from then.
"""

from dataclasses import dataclass
from functools import partial

from snowlane.demo.facts import QUANTITY, Step
from snowlane.demo.platform import Platform
from snowlane.demo.scratch import Scratch
from snowlane.deploying import Progress, deploy
from snowlane.environments.preparation import preparation_of
from snowlane.errors import RefusedError
from snowlane.git.command import Git
from snowlane.promoting import merged_target, promote
from snowlane.promotion.model import Promotion
from snowlane.rehearsal.model import Rehearsal
from snowlane.rehearsing import Terms, rehearse
from snowlane.rolling_back import roll_back
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.target import Target

_ENVIRONMENTS = (("dev", "qa"), ("qa", "prod"))


def carry(scratch: Scratch, progress: Progress, details: Progress) -> tuple[Step, ...]:
    """What was done, a step after the other. Raises what deploying, promoting and rehearsing raise."""
    carrying = _Carrying(scratch, progress, details)
    carrying.begin()
    for source, target in _ENVIRONMENTS:
        carrying.promote(source, target)
    carrying.take_back("prod")
    return tuple(carrying.steps)


@dataclass
class _Carrying:
    scratch: Scratch
    progress: Progress
    details: Progress

    def __post_init__(self) -> None:
        self.steps: list[Step] = []
        self.project = self.scratch.target.project
        self.git = Git(self.project.root)

    def begin(self) -> None:
        """Deploy to qa and prod what dev had before its last change, from their own branches."""
        before = self.git.run("rev-parse", "HEAD~1").out
        for name in ("qa", "prod"):
            target = self._target(name)
            branch = target.environment.branch or name
            self.progress(f"migrating {name} to what dev was before its last change")
            self.git.run("switch", "--quiet", "--create", branch, before)
            plan, deployed = deploy(target, to="head", progress=self.details, confirm=_agree)
            ran = deployed.statements_run if deployed else 0
            self._told(f"migrate {name}", f"at {plan.target}, {ran} statements", name)
        self.git.run("switch", "--quiet", self.scratch.target.environment.branch or "dev")
        self._prepare_copies()

    def _prepare_copies(self) -> None:
        """What `snowlane bootstrap qa` does by an administrator, once, for copies of prod."""
        qa, prod = self._target("qa"), self._target("prod").environment
        wanted = preparation_of(qa.environment, prod)
        with qa.open(as_administrator=True) as session:
            run_bootstrap(session, qa.environment, self.details, wanted)

    def promote(self, source: str, target: str) -> None:
        """Try it, be told what is missing, rehearse, and promote."""
        carried = partial(self._promote, source, target)
        self.progress(f"promoting {source} to {target}, after a rehearsal")
        heard: list[Promotion] = []
        command = f"promote {source} {target} --deploy"
        try:
            carried(heard)
            self._told(command, "not refused", target)
        except RefusedError:
            gates = [each.gate for each in heard[-1].verdicts if each.stops]
            self._told(command, f"refused by {', '.join(gates)}", target)
        told = self._rehearse(source, target)
        self._told(f"rehearse {target} --from {source}", told, target)
        promotion = carried(heard)
        ran = promotion.statements_run
        self._told(command, f"merged and deployed, {ran} statements", target)

    def _promote(self, source: str, target: str, heard: list[Promotion]) -> Promotion:
        return promote(
            self.project,
            source,
            target,
            local=True,
            push=False,
            deploys=True,
            overrides={},
            is_confirmed=True,
            can_ask=False,
            progress=self.details,
            heard=heard.append,
            confirm=_agree,
            planned=_agree,
        )

    def _rehearse(self, source: str, target: str) -> str:
        # Copies of prod have the role and warehouse of qa; those of qa its own.
        terms = Terms(like="qa")
        with merged_target(
            self.project, source, target, local=True, progress=self.details
        ) as merged:
            done = rehearse(merged, terms, self.details)
        if not isinstance(done, Rehearsal):
            return f"not needed: {done.why}"
        ran = sum(each.seconds is not None for each in done.ran)
        holding = sum(not each.found for each in done.checks)
        outcome = "passed" if done.is_passed else "failed"
        return f"{outcome}, {ran} statements, {holding} of {len(done.checks)} checks hold"

    def take_back(self, name: str) -> None:
        """Roll an environment back to before its last deployment."""
        self.progress(f"rolling {name} back")
        rollback, _ = roll_back(
            self._target(name),
            to=None,
            accept_stream_loss=False,
            progress=self.details,
            show=_agree,
            confirm=_agree,
        )
        self._told(f"rollback {name}", f"back at {rollback.plan.target}", name)

    def _target(self, name: str) -> Target:
        return Target(self.project, self.project.environment(name), local=True)

    def _told(self, command: str, result: str, name: str) -> None:
        target = self._target(name)
        table, _, column = QUANTITY.rpartition(".")
        with target.open(as_administrator=True) as session:
            platform = Platform(session, target.environment, self.scratch.buckets)
            types = platform.types(table)
        self.steps.append(Step(command, result, types[column]))


def _agree(_: object) -> None:
    """Nobody is asked: what is deployed to goes away with the demo."""
