"""The summary page of a step in GitHub Actions: a file that the runner names, to which Markdown is added.

docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (adding a job summary)
"""

import os
from pathlib import Path

# A step's summary may have 1 MiB; a longer one is shown to nobody.
_LONGEST = 1024 * 1024
_CUT = (
    "\n\n… cut here, because GitHub shows no longer summary; the log of the step has all of it.\n"
)


def is_in_actions() -> bool:
    """Whether this process runs in GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def add_to_summary(markdown: str, longest: int = _LONGEST) -> str:
    """Add to the step's summary where there is one; says what went wrong, "" when nothing did.

    A summary must not decide what becomes of a deployment, so nothing is raised. `longest` counts
    the bytes of the whole summary.
    """
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    if not named:
        return ""
    path = Path(named)
    try:
        there = path.stat().st_size if path.exists() else 0
        with path.open("a", encoding="utf-8") as summary:
            summary.write(_fitting(f"{markdown}\n\n", longest - there))
    except OSError as error:
        return f"the step summary could not be written: {error.strerror}"
    return ""


def fenced(text: str) -> str:
    """Plain text as Markdown that shows it as it is."""
    longest = max((len(run) for run in _runs_of_backticks(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _runs_of_backticks(text: str) -> list[str]:
    return "".join(letter if letter == "`" else " " for letter in text).split()


def _fitting(markdown: str, room: int) -> str:
    written = markdown.encode()
    if len(written) <= room:
        return markdown
    # What a cut leaves open is closed, so that what follows is shown as it is meant.
    fence, fold = "\n```", "\n\n</details>"
    room -= len(f"{fence}{fold}{_CUT}".encode())
    kept = written[: max(room, 0)].decode(errors="ignore").rpartition("\n")[0]
    is_in_fence = sum(line.startswith("```") for line in kept.splitlines()) % 2 == 1
    is_folded = kept.count("<details>") > kept.count("</details>")
    closed = kept + fence * is_in_fence + fold * is_folded
    return closed + _CUT if kept else ""
