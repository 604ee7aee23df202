"""The commit is on the environment's branch, pushed, and takes nothing back that is deployed there."""

from snowlane.gates.facts import SHORT, BranchTip, Checkout, Commit, Descent
from snowlane.gates.registry import BRANCH
from snowlane.gates.verdict import Verdict, failed, passed

WHOLE_HISTORY = (
    "fetch the whole history: git fetch --unshallow; in GitHub Actions, below actions/checkout:\n"
    "  with:\n"
    "    fetch-depth: 0"
)
_SHALLOW = "this checkout is shallow: what leads to its commit is not there"


def judge(checkout: Checkout | None, tip: BranchTip, descent: Descent | None) -> Verdict:
    """Whether HEAD is on the branch, and holds what is deployed; `descent` None: no commit is known."""
    if checkout is None:
        return failed(
            BRANCH,
            f"no commit holds this project, so it is not on branch {tip.name}",
            f"deploy from a checkout of branch {tip.name}",
        )
    commit = checkout.commit[:SHORT]
    if tip.tip is None:
        return _missing(checkout, tip)
    if not tip.is_contained:
        return _elsewhere(checkout, tip)
    found = f"{commit} is on {tip.shown_as}"
    if descent is None:
        return passed(BRANCH, f"{found}; of what is deployed no commit is known")
    deployed = descent.deployed[:SHORT]
    if descent.is_contained:
        return passed(BRANCH, f"{found} and holds {deployed}, which is deployed")
    return _takes_back(checkout, descent)


def judge_promotion(
    source: BranchTip, target: BranchTip, hotfixes: tuple[Commit, ...], descent: Descent | None
) -> Verdict:
    """Whether the merge of two branches holds what is deployed to the target's environment.

    `source.ahead` are commits of the local branch that are not pushed, `hotfixes` those that only
    the target has; both are told, and no reason to stop. `descent` is seen from the merge.
    """
    lines = [f"{source.shown_as} into {target.shown_as}"]
    if source.ahead:
        lines[1:] = _below(
            f"not pushed, and no part of it, from the local {source.name}", source.ahead
        )
    if hotfixes:
        lines += _below(f"only {target.shown_as} has", hotfixes)
    if descent is None or descent.is_contained:
        return passed(BRANCH, "\n".join(lines))
    deployed = descent.deployed[:SHORT]
    if not descent.is_known:
        lines.append(f"commit {deployed}, which is deployed, is not in this repository")
        return failed(BRANCH, "\n".join(lines), "git fetch --all")
    lines += _below(f"{deployed} is deployed, and what it has would be taken back", descent.lost)
    return failed(
        BRANCH, "\n".join(lines), f"merge it: git switch {source.name}, git merge {deployed}"
    )


def _below(what: str, commits: tuple[Commit, ...]) -> list[str]:
    return f"{what}{commits_listed(commits)}".splitlines()


def _missing(checkout: Checkout, tip: BranchTip) -> Verdict:
    if checkout.remote is None:
        return failed(BRANCH, f"there is no branch {tip.name}", f"git branch {tip.name}")
    return failed(
        BRANCH,
        f"there is no branch {tip.shown_as} in this checkout",
        f"git fetch {checkout.remote} {tip.name}:refs/remotes/{tip.shown_as}; where the remote "
        f"has none: git push {checkout.remote} HEAD:refs/heads/{tip.name}",
    )


def _elsewhere(checkout: Checkout, tip: BranchTip) -> Verdict:
    commit = checkout.commit[:SHORT]
    where = f"on {checkout.branch}" if checkout.branch else "a detached HEAD"
    listed = commits_listed(tip.ahead)
    if checkout.is_shallow and not tip.ahead:
        return failed(BRANCH, f"{commit} ({where}): {_SHALLOW}", WHOLE_HISTORY)
    if tip.on_local or checkout.branch == tip.name:
        return failed(
            BRANCH,
            f"{commit} ({where}) is not pushed to {tip.shown_as}{listed}",
            f"git push {checkout.remote} {tip.name}",
        )
    return failed(
        BRANCH,
        f"{commit} ({where}) is not on {tip.shown_as}{listed}",
        f"deploy from the branch: git switch {tip.name}, or promote to it what is meant to go there",
    )


def _takes_back(checkout: Checkout, descent: Descent) -> Verdict:
    commit, deployed = checkout.commit[:SHORT], descent.deployed[:SHORT]
    if checkout.is_shallow:
        return failed(
            BRANCH, f"{commit} and {deployed}, which is deployed: {_SHALLOW}", WHOLE_HISTORY
        )
    if not descent.is_known:
        return failed(
            BRANCH,
            f"commit {deployed}, which is deployed, is not in this repository",
            "git fetch --all; where the branch was rewritten since, deploy a commit that holds its "
            "change again",
        )
    return failed(
        BRANCH,
        f"{commit} does not hold {deployed}, which is deployed: it would take back"
        + (commits_listed(descent.lost) or " what a merge brought"),
        f"update the branch to one that holds them: git pull; where that brings nothing, git merge {deployed}",
    )


def commits_listed(commits: tuple[Commit, ...]) -> str:
    """Commits below a colon, a line each; nothing for none."""
    return ":" + "".join(f"\n  {each}" for each in commits) if commits else ""
