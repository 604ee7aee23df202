"""Runs a job of a workflow as a runner would: its `run:` steps in a shell, in order, the composite actions' too.

Of the actions of others it does checkout by git itself; Python is set up by whoever gives it a PATH.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workflows.expressions import Contexts, evaluate, filled

_SHELLS = {
    None: ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
}
_SECONDS_TO_WAIT = 120
_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


@dataclass
class Step:
    """One `run:` step that ran."""

    name: str
    code: int
    out: str
    summary: str
    script: str


@dataclass
class Job:
    """What became of a job: its steps, and what its outputs came to."""

    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    skipped: bool = False
    cancelled: bool = False

    @property
    def succeeded(self) -> bool:
        return not self.skipped and all(step.code == 0 for step in self.steps)

    def __getitem__(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def __contains__(self, name: str) -> bool:
        return any(step.name == name for step in self.steps)

    @property
    def out(self) -> str:
        return "\n".join(f"--- {step.name}: {step.code}\n{step.out}" for step in self.steps)


def load(path: Path) -> dict[str, Any]:
    """A workflow or action; the key `on` stays text."""
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return loaded


@dataclass
class Runner:
    """A machine for one job after the other.

    `remote` is the repository, `variables` what its processes find set, `contexts` the values of `vars` and `secrets`.
    Actions named in `ready` are taken as done. Once a step prints `cancel_at` the job is cancelled.
    """

    temporary: Path
    remote: Path
    variables: Mapping[str, str]
    contexts: Contexts
    ready: tuple[str, ...] = ()
    cancel_at: str = ""

    def run(
        self,
        workflow: str,
        job: str,
        *,
        github: Mapping[str, Any],
        inputs: Mapping[str, Any] | None = None,
        needs: Mapping[str, Any] | None = None,
        oidc: Mapping[str, str] | None = None,
        matrix: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run a job; `oidc` is what a job with `id-token: write` finds set besides."""
        self.temporary.mkdir(parents=True)
        workspace = self.temporary / "workspace"
        workspace.mkdir()
        definition = load(self.definitions(github) / "workflows" / workflow)["jobs"][job]
        done = Job()
        contexts = {
            **self.contexts,
            "github": {**github, "workspace": str(workspace)},
            "inputs": inputs or {},
            "needs": needs or {},
            "matrix": matrix or {},
            "runner": {"temp": str(self.temporary)},
            "steps": {},
            "env": {},
            "functions": {
                "success": lambda: not done.cancelled and done.succeeded,
                "failure": lambda: not done.cancelled and not done.succeeded,
                "always": lambda: True,
                "cancelled": lambda: done.cancelled,
            },
        }
        if not evaluate(definition.get("if", "true"), contexts):
            done.skipped = True
            return done
        granted = definition.get("permissions", {}).get("id-token") == "write"
        variables = {
            **self.variables,
            **{
                f"GITHUB_{name.upper()}": str(value)
                for name, value in github.items()
                if isinstance(value, str)
            },
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(self.temporary),
            **((oidc or {}) if granted else {}),
            **{name: filled(value, contexts) for name, value in definition.get("env", {}).items()},
        }
        _Steps(self, workspace, variables, done).run(definition["steps"], contexts)
        done.outputs = {
            name: filled(value, contexts) for name, value in definition.get("outputs", {}).items()
        }
        return done

    def definitions(self, github: Mapping[str, Any]) -> Path:
        """The `.github` of the commit that the job is about."""
        at = self.temporary / "definitions"
        git("clone", "--quiet", "--no-checkout", str(self.remote), str(at))
        git("checkout", "--quiet", str(github["sha"]), "--", ".github", inside=at)
        return at / ".github"

    def checkout(
        self, workspace: Path, github: Mapping[str, Any], given: Mapping[str, str]
    ) -> None:
        """What actions/checkout does: a branch at the commit of the run, with the history that was asked for."""
        assert given.get("persist-credentials") == "false"
        ref = given.get("ref") or str(github["ref"])
        branch = ref.removeprefix("refs/heads/")
        depth = () if given.get("fetch-depth") == "0" else ("--depth=1",)
        git("clone", "--quiet", *depth, "--no-checkout", f"file://{self.remote}", str(workspace))
        git("fetch", "--quiet", *depth, "origin", ref, inside=workspace)
        commit = "FETCH_HEAD" if given.get("ref") else str(github["sha"])
        where = ("--detach",) if ref.startswith("refs/pull/") else ("-B", branch)
        git("checkout", "--quiet", *where, commit, inside=workspace)


@dataclass
class _Steps:
    runner: Runner
    workspace: Path
    variables: dict[str, str]
    done: Job

    def run(self, steps: list[dict[str, Any]], contexts: dict[str, Any]) -> None:
        for step in steps:
            if not evaluate(step.get("if", "success()"), contexts):
                continue
            if "run" in step:
                self.script(step, contexts)
            else:
                self.action(step, contexts)

    def action(self, step: dict[str, Any], contexts: dict[str, Any]) -> None:
        name = step["uses"].partition("@")[0]
        given = {key: filled(value, contexts) for key, value in step.get("with", {}).items()}
        if name == "actions/checkout":
            self.runner.checkout(self.workspace, contexts["github"], given)
        elif name.startswith("./") and name not in self.runner.ready:
            action = load(self.workspace / name / "action.yml")
            inputs = {key: one.get("default", "") for key, one in action.get("inputs", {}).items()}
            assert set(given) <= set(inputs), f"{name} has no such input: {given}"
            self.run(action["runs"]["steps"], {**contexts, "inputs": inputs | given, "steps": {}})
        else:
            assert name in ("actions/setup-python", *self.runner.ready), f"{name} is not known here"

    def script(self, step: dict[str, Any], contexts: dict[str, Any]) -> None:
        folder = self.runner.temporary / f"step-{len(self.done.steps)}"
        folder.mkdir()
        files = {name: folder / name for name in _FILES}
        for file in files.values():
            file.touch()
        path = folder / "script.sh"
        path.write_text(filled(step["run"], contexts))
        own = {name: filled(value, contexts) for name, value in step.get("env", {}).items()}
        environment = {**self.variables, **{name: str(file) for name, file in files.items()}, **own}
        code, out = self.process([*_SHELLS[step.get("shell")], str(path)], environment)
        self.variables |= _pairs(files["GITHUB_ENV"])
        summary = files["GITHUB_STEP_SUMMARY"].read_text()
        self.done.steps.append(Step(step.get("name", ""), code, out, summary, path.read_text()))
        if "id" in step:
            outcome = "failure" if code else "success"
            outputs = _pairs(files["GITHUB_OUTPUT"])
            contexts["steps"][step["id"]] = {"outputs": outputs, "outcome": outcome}

    def process(self, command: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
        """Exit code and output; a cancelled job's step gets SIGINT, and nothing below it does."""
        with subprocess.Popen(
            command,
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            assert running.stdout is not None
            late = threading.Timer(_SECONDS_TO_WAIT, running.kill)
            late.start()
            lines = []
            for line in running.stdout:
                lines.append(line)
                if self.runner.cancel_at and self.runner.cancel_at in line:
                    self.done.cancelled = True
                    running.send_signal(signal.SIGINT)
            late.cancel()
            return running.wait(), "".join(lines)


def _pairs(file: Path) -> dict[str, str]:
    """`name=value` lines, and `name<<END` with lines up to END, as a runner reads them."""
    found = {}
    lines = iter(file.read_text().split("\n"))
    for line in lines:
        if heredoc := re.fullmatch(r"([\w-]+)<<(.+)", line):
            value = []
            for part in lines:
                if part == heredoc[2]:
                    break
                value.append(part)
            found[heredoc[1]] = "\n".join(value)
        elif line:
            name, _, value_ = line.partition("=")
            found[name] = value_
    return found


def git(*arguments: str, inside: Path | None = None) -> str:
    """Run git, as nobody in particular; its output."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Ana", f"GIT_{role}_EMAIL": "ana@retail.example"}
    done = subprocess.run(
        ["git", *arguments], cwd=inside, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
