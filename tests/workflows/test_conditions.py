"""When the workflows' jobs run: their conditions, evaluated for the events that reach them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workflows.expressions import evaluate, filled
from workflows.runner import load

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
CONTEXTS = {
    "github": {"ref_name": "qa", "event": {"labels": [{"name": "a"}, {"name": "Preview"}]}},
    "vars": {},
    "inputs": {"window": True, "override": "it's ${{ not read }}"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.ref_name == 'main' && 'prod' || github.ref_name", "qa"),
        ("${{ github.ref_name == 'QA' }}", True),
        ("!(github.ref_name != 'qa') && 1 == 1", True),
        ("contains(github.event.labels.*.name, 'preview')", True),
        ("contains(github.event.labels.*.name, 'view')", False),
        ('contains(fromJSON(\'["dev", "qa"]\'), github.ref_name)', True),
        ("vars.MISSING == ''", True),
        ("github.event.no.such.thing", None),
        ("'it''s'", "it's"),
    ],
)
def test_expressions_are_read_as_github_reads_them(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXTS) == value


def test_values_are_put_into_text_as_they_are() -> None:
    text = "${{ inputs.window }} ${{ vars.MISSING }}, ${{ inputs.override }}"
    assert filled(text, CONTEXTS) == "true , it's ${{ not read }}"


def jobs_that_run(workflow: str, github: dict[str, Any]) -> set[str]:
    jobs = load(WORKFLOWS / workflow)["jobs"]
    contexts = {"github": {"repository": "retail/platform", **github}}
    return {name for name, job in jobs.items() if evaluate(job.get("if", "true"), contexts)}


def pull_request(action: str, *labels: str, label: str = "", fork: bool = False) -> dict[str, Any]:
    repository = "somebody/platform" if fork else "retail/platform"
    request = {
        "number": 12,
        "state": "closed" if action == "closed" else "open",
        "head": {"repo": {"full_name": repository}},
        "labels": [{"name": each} for each in labels],
    }
    event = {"action": action, "pull_request": request, "label": {"name": label}}
    return {"event_name": "pull_request", "event": event}


@pytest.mark.parametrize(
    ("event", "jobs"),
    [
        (pull_request("labeled", "preview", label="preview"), {"deploy"}),
        (pull_request("labeled", "preview", "docs", label="docs"), set()),
        (pull_request("synchronize", "preview"), {"deploy"}),
        (pull_request("synchronize", "docs"), set()),
        (pull_request("reopened", "preview"), {"deploy"}),
        (pull_request("unlabeled", label="preview"), {"drop"}),
        (pull_request("unlabeled", "preview", label="docs"), set()),
        (pull_request("closed", "preview"), {"drop"}),
        (pull_request("closed"), set()),
        (pull_request("labeled", "preview", label="preview", fork=True), set()),
        (pull_request("closed", "preview", fork=True), set()),
    ],
)
def test_a_preview_is_made_for_a_label_and_never_for_a_fork(
    event: dict[str, Any], jobs: set[str]
) -> None:
    assert jobs_that_run("preview.yml", event) == jobs


@pytest.mark.parametrize(
    ("ref", "jobs"),
    [
        ("refs/heads/dev", {"migrate"}),
        ("refs/heads/main", {"migrate"}),
        ("refs/heads/prod", set()),
        ("refs/tags/main", set()),
    ],
)
def test_only_the_three_branches_are_deployed(ref: str, jobs: set[str]) -> None:
    assert jobs_that_run("deploy.yml", {"ref": ref}) == jobs


def test_a_job_of_a_pull_requests_code_may_write_nothing_to_github() -> None:
    """Whatever runs the code of a pull request reads; what writes for it runs none of its code."""
    for workflow in ("ci.yml", "preview.yml"):
        for name, job in load(WORKFLOWS / workflow)["jobs"].items():
            checks_out = any("checkout" in step.get("uses", "") for step in job["steps"])
            writes = {key for key, value in job["permissions"].items() if value == "write"}
            assert not checks_out or writes <= {"id-token"}, f"{workflow} {name}"
