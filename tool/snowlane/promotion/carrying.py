"""Makes the merge of a promotion, and moves or pushes the branch to it: all of it or nothing."""

from dataclasses import replace

from snowlane.errors import RefusedError, SnowlaneError
from snowlane.gates.branch import commits_listed
from snowlane.gates.facts import SHORT
from snowlane.git.branches import commits_between, is_ancestor
from snowlane.git.command import Git
from snowlane.git.content import bundle_at
from snowlane.git.merging import checked_out_in, commit_merge, merge, move_branch
from snowlane.git.pushing import Outcome, Pushed, push
from snowlane.promotion.model import End, Merged, Promotion
from snowlane.promotion.route import Route, no_answer


def merge_ends(route: Route) -> Merged:
    """What merging the source into the target gives; no commit and no branch is made.

    Raises RefusedError for a conflict, naming the files and the target's own commits.
    """
    git, source, target = route.git, route.source, route.target
    hotfixes = commits_between(git, source.tip, target.tip)
    behind = commits_between(git, source.tip, source.local) if source.local else ()
    if is_ancestor(git, source.tip, target.tip):
        tree = git.run("rev-parse", "--verify", f"{target.tip}^{{tree}}").out
        return Merged(tree, bundle_at(git, tree), True, hotfixes, behind)
    merged = merge(git, target.tip, source.tip)
    if merged.conflicts:
        files = "".join(f"\n  {each}" for each in merged.conflicts)
        raise RefusedError(
            f"{source.shown_as} and {target.shown_as} are in conflict; nothing was changed",
            why=f"files in conflict:{files}\n"
            f"commits that only {target.shown_as} has{commits_listed(hotfixes)}",
            next=f"bring them into {source.branch} and settle it there: git switch {source.branch}, "
            f"git merge {target.shown_as}; then deploy {source.environment} and promote again",
        )
    return Merged(merged.tree, bundle_at(git, merged.tree), False, hotfixes, behind)


def check_local_branch(route: Route, *, push: bool) -> None:
    """Raise RefusedError where the local branch of the target could not follow without a push."""
    git, target = route.git, route.target
    if push or _made_before(route):
        return
    tree = checked_out_in(git, target.branch)
    if tree is not None:
        others = f"; with --push it can stay, and only {route.remote} moves" if route.remote else ""
        raise RefusedError(
            f"branch {target.branch} is checked out in {tree}",
            why="moving it would make the files there look changed",
            next=f"check out another branch there: git switch --detach{others}",
        )
    if target.local is not None and not is_ancestor(git, target.local, target.tip):
        own = commits_between(git, target.tip, target.local)
        raise RefusedError(
            f"the local branch {target.branch} is not what {target.shown_as} is",
            why=f"it has commits of its own{commits_listed(own)}",
            next=f"push them (git push {route.remote} {target.branch}), or drop them "
            f"(git branch --force {target.branch} {target.shown_as}), and promote again",
        )


def carry(route: Route, promotion: Promotion, *, push: bool) -> Promotion:
    """Make the merge commit, and have the branch point at it: the remote's, or the local one.

    Raises SnowlaneError when somebody was faster or the remote refuses; no branch has moved then.
    """
    git, target = route.git, route.target
    commit = target.tip
    if not promotion.merged.is_contained:
        parents = (target.tip, route.source.tip)
        commit = _made_before(route) or commit_merge(
            git, promotion.merged.tree, parents, _message(promotion)
        )
    done = replace(promotion, commit=commit)
    if not push:
        if target.local != commit:
            _move(git, target, commit)
        return done
    assert route.remote is not None
    # A target that has it all is as good as pushed: what was seen is what the remote has.
    if not promotion.merged.is_contained:
        pushed = _pushed(git, route.remote, target, commit)
        if not pushed.is_done:
            raise _refused(route, pushed)
    return replace(done, is_pushed=True, notes=(*done.notes, *_follow(git, route, commit)))


def _made_before(route: Route) -> str | None:
    """The merge of just these two commits that the local branch has from a promotion without a push."""
    local = route.target.local
    if local is None:
        return None
    found = route.git.run("rev-list", "--parents", "--max-count=1", local, "--").out.split()
    return local if found[1:] == [route.target.tip, route.source.tip] else None


def _message(promotion: Promotion) -> str:
    source, target, merged = promotion.source, promotion.target, promotion.merged
    names = f"{source.environment} to {target.environment}"
    lines = [f"Promote {names}: bundle {merged.bundle[:SHORT]}", ""]
    lines += [f"Merges {source.shown_as} ({source.tip[:SHORT]}) into {target.branch}.", ""]
    lines.append(f"Bundle: {merged.bundle}")
    lines += [f"Override: {gate}: {' '.join(why.split())}" for gate, why in _used(promotion)]
    return "\n".join(lines) + "\n"


def _used(promotion: Promotion) -> list[tuple[str, str]]:
    return [(each.gate, each.reason) for each in promotion.verdicts if each.reason]


def _move(git: Git, target: End, commit: str) -> None:
    if not move_branch(git, target.branch, commit, target.local, f"snowlane: {target.environment}"):
        raise SnowlaneError(
            f"branch {target.branch} moved meanwhile",
            why="somebody else works in this repository",
            next="nothing was changed; run it again",
        )


def _pushed(git: Git, remote: str, target: End, commit: str) -> Pushed:
    return push(git, remote, commit, f"refs/heads/{target.branch}", target.tip)


def _refused(route: Route, pushed: Pushed) -> SnowlaneError:
    remote, target = str(route.remote), route.target
    if pushed.outcome is Outcome.OUTRUN:
        return SnowlaneError(
            f"somebody else pushed to {target.branch} of {remote} meanwhile",
            why=pushed.why,
            next="nothing was changed; run it again, it begins with what is there now",
        )
    if pushed.outcome is Outcome.REFUSED:
        return SnowlaneError(
            f"{remote} refused the push to {target.branch}",
            why=pushed.why,
            next="nothing was changed; allow this user to push there, or open a pull request "
            f"from {route.source.branch} to {target.branch}",
        )
    return no_answer(remote, pushed)


def _follow(git: Git, route: Route, commit: str) -> list[str]:
    """Have this repository know where the remote's branch is now; the local one follows if it may."""
    target = route.target
    git.ask("update-ref", f"refs/remotes/{target.shown_as}", commit)
    if target.local is None or target.local == commit:
        return []
    tree = checked_out_in(git, target.branch)
    if tree is not None:
        return [f"{target.branch} is checked out in {tree} and did not move: git pull brings it up"]
    if not is_ancestor(git, target.local, commit):
        return [f"the local branch {target.branch} has commits of its own and did not move"]
    move_branch(git, target.branch, commit, target.local, f"snowlane: {target.environment}")
    return []
