"""What is deployed is a commit, and not something that lies on one person's disk."""

from snowlane.gates.facts import SHORT, Checkout
from snowlane.gates.registry import CLEAN_TREE
from snowlane.gates.verdict import Verdict, failed, passed

_MOST = 10
_NO_COMMIT = "no commit holds this project"


def judge(checkout: Checkout | None, bundle: str) -> Verdict:
    """Whether the files are those of HEAD; `bundle` is that of the files."""
    if checkout is None:
        return failed(CLEAN_TREE, _NO_COMMIT, "deploy from a checkout of its git repository")
    commit = checkout.commit[:SHORT]
    if checkout.changed:
        count = len(checkout.changed)
        listed = [f"  {each}" for each in checkout.changed[:_MOST]]
        listed += [f"  and {count - _MOST} more"] if count > _MOST else []
        what = "file is not as" if count == 1 else "files are not as"
        return failed(
            CLEAN_TREE,
            "\n".join([f"{count} {what} in commit {commit}:", *listed]),
            "commit them, or put them aside: git stash --include-untracked",
        )
    if checkout.bundle != bundle:
        return failed(
            CLEAN_TREE,
            f"the migrations are not those of commit {commit}, though git shows no change\n"
            "a file that git ignores, or whose text a filter changes, is among them",
            "git status --ignored migrations",
        )
    return passed(CLEAN_TREE, f"the files are those of commit {commit}")


def judge_promotion(commit: str, shown_as: str, changed: int) -> Verdict:
    """A promotion carries a commit: `changed` files of the checkout are no part of it, and may stay."""
    found = f"{commit[:SHORT]} of {shown_as} is promoted, not the files here"
    if changed:
        found += f": {changed} changed file{'' if changed == 1 else 's'} stay as they are"
    return passed(CLEAN_TREE, found)
