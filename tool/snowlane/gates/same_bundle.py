"""What was tested is exactly what is promoted: the same bundle was deployed where it comes from."""

from snowlane.gates.branch import commits_listed
from snowlane.gates.facts import SHORT, Commit, Source
from snowlane.gates.registry import SAME_BUNDLE
from snowlane.gates.verdict import Verdict, failed, passed


def judge(bundle: str, source: Source, hotfixes: tuple[Commit, ...] = ()) -> Verdict:
    """Whether a bundle was deployed to the environment that it is promoted from.

    `hotfixes` are commits that only the target's branch has: by them a merge is another bundle.
    """
    name, short = source.environment, bundle[:SHORT]
    if (evidence := source.evidence) is not None:
        who = " ".join(part for part in (evidence.at, evidence.by and f"by {evidence.by}") if part)
        return passed(
            SAME_BUNDLE,
            f"{short} was deployed to {name}{f' {who}' if who else ''} ({evidence.where})",
        )
    if hotfixes:
        return failed(
            SAME_BUNDLE,
            "\n".join(
                [
                    f"the merge is bundle {short}, which was not deployed to {name}: it holds commits "
                    f"that {name} has not{commits_listed(hotfixes)}",
                    *(f"  {each}" for each in source.unknown),
                ]
            ),
            f"merge them into the branch of {name} and deploy it there: snowlane migrate {name}",
        )
    lines = [f"{short} was not deployed to {name}{f': {source.present}' if source.present else ''}"]
    return failed(
        SAME_BUNDLE,
        "\n".join([*lines, *(f"  {each}" for each in source.unknown)]),
        f"deploy it there first: snowlane migrate {name}, from a commit with the same migrations",
    )
