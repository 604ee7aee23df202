"""A promotion for readers: text, Markdown and plain data."""

from typing import Any

from snowlane.gates import report
from snowlane.gates.facts import SHORT, Commit
from snowlane.promotion.model import Promotion


def as_data(promotion: Promotion) -> dict[str, Any]:
    """Everything of it as JSON takes it."""
    source, target, merged = promotion.source, promotion.target, promotion.merged
    return {
        "source": source.environment,
        "target": target.environment,
        "outcome": _outcome(promotion),
        "bundle": merged.bundle,
        "source_branch": source.shown_as,
        "source_commit": source.tip,
        "target_branch": target.shown_as,
        "target_commit": target.tip,
        "hotfixes": [_commit(each) for each in merged.hotfixes],
        "not_pushed": [_commit(each) for each in merged.behind],
        "commit": promotion.commit or None,
        "pushed": promotion.is_pushed,
        "deployed": promotion.is_deployed,
        "statements_run": promotion.statements_run,
        "gates": report.as_data(promotion.verdicts),
        "notes": list(promotion.notes),
    }


def table(promotion: Promotion) -> str:
    """What each gate says, for a terminal."""
    return f"{_title(promotion)}\n{report.as_text(promotion.verdicts)}"


def as_text(promotion: Promotion) -> str:
    """The table, and what became of it."""
    told = [table(promotion), ""] if promotion.verdicts else []
    return "\n".join([*told, summary(promotion), *promotion.notes])


def as_markdown(promotion: Promotion) -> str:
    """The same for a step summary."""
    gates = [report.as_markdown(promotion.verdicts)] if promotion.verdicts else []
    parts = [f"### {_title(promotion)}", *gates, summary(promotion)]
    return "\n\n".join([*parts, *(f"- {note}" for note in promotion.notes)])


def summary(promotion: Promotion) -> str:
    """What became of it, as one line."""
    source, target = promotion.source, promotion.target
    if promotion.is_refused:
        return f"{source.environment} is not promoted to {target.environment}."
    if not promotion.commit:
        return f"{source.environment} may be promoted to {target.environment}."
    commit = promotion.commit[:SHORT]
    if promotion.merged.is_contained:
        said = f"{target.shown_as} holds {source.shown_as} already ({commit})"
        if behind := len(promotion.merged.behind):
            said += f", which lacks {behind} commit{'' if behind == 1 else 's'} of the local {source.branch}"
            said += f": git push {promotion.remote} {source.branch}"
    else:
        said = f"{target.branch} is at {commit}, the merge of {source.shown_as}"
        said += f", pushed to {promotion.remote}" if promotion.is_pushed else ""
    if promotion.is_deployed:
        ran = promotion.statements_run
        said += f"; {target.environment} is deployed, {ran} statement{'' if ran == 1 else 's'} run"
    return f"{said}."


def _title(promotion: Promotion) -> str:
    names = f"{promotion.source.environment} to {promotion.target.environment}"
    return f"Promotion of {names}, bundle {promotion.merged.bundle[:SHORT]}"


def _outcome(promotion: Promotion) -> str:
    if promotion.is_refused:
        return "refused"
    if not promotion.commit:
        return "judged"
    return "contained" if promotion.merged.is_contained else "merged"


def _commit(commit: Commit) -> dict[str, str]:
    return {"id": commit.id, "subject": commit.subject}
