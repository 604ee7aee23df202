"""A repository on a remote, a local account that knows its deploy users, and a runner for its workflows' jobs."""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
import venv
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from github_jobs import GitHub, serving
from snowlane.config.project import Project
from snowlane.environments.preparation import both, preparation_of
from snowlane.plan.bootstrap import bootstrap_of
from snowlocal.server import LocalAccount
from workflows.runner import Job, Runner, git

SOURCE = Path(__file__).parents[2]
PARTS = (".github", "tool", "pyproject.toml", "constraints.txt", "README.md", "CHANGELOG.md")
BRANCHES = {"dev": "dev", "qa": "qa", "prod": "main"}
ENVIRONMENT = """
branch = "{branch}"
branch_check = "{check}"
protected = {protected}
{promotes_from}
[snowflake]
connection = "shop_{name}"
role = "DEPLOY_{upper}"
warehouse = "WH"
[databases]
RAW = "{upper}_RAW"
"""
CLONE = """
[clone]
from = "prod"
role = "CLONE_ADMIN"
"""
REVISION = '''"""{message}."""

from alembic import op

revision = "{name}"
down_revision = {previous!r}


def upgrade() -> None:
    op.sql("""{sql}""")


def downgrade() -> None:
    op.sql("DROP TABLE RAW.SHOP.{table}")
'''
# Writes down what it is asked, and answers nothing: GitHub's own program needs GitHub.
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$GH_CALLS"
while [ $# -gt 0 ]; do
  case "$1" in body=@*) cat "${1#body=@}" >> "$GH_CALLS" ;; esac
  shift
done
"""


@dataclass
class Workshop:
    """The repository with its remote, the account, and what GitHub knows of both."""

    folder: Path
    github: GitHub
    account: dict[str, Any]
    ready: tuple[str, ...] = ()
    jobs: int = 0
    vars: dict[str, dict[str, str]] = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def checkout(self) -> Path:
        return self.folder / "engineer"

    @property
    def asked_of_gh(self) -> str:
        calls = self.folder / "gh-calls"
        return calls.read_text() if calls.exists() else ""

    def tags(self) -> list[str]:
        """The tags of the remote, which say what was deployed where."""
        return git("tag", "--sort=creatordate", inside=self.remote).split()

    def revision(self, name: str, previous: str | None, table: str, sql: str = "") -> None:
        """Write a revision that makes a table."""
        text = REVISION.format(
            message=f"make {table}",
            name=name,
            previous=previous,
            table=table,
            sql=sql or f"CREATE TABLE RAW.SHOP.{table} (ID NUMBER)",
        )
        (self.checkout / "migrations" / "versions" / f"{name}.py").write_text(text)

    def commit(self, message: str) -> None:
        """Commit what there is."""
        git("add", "--all", inside=self.checkout)
        git("commit", "--quiet", "--message", message, inside=self.checkout)

    def push(self, branch: str, message: str) -> None:
        """Commit what there is to a branch, and push it."""
        git("checkout", "--quiet", branch, inside=self.checkout)
        self.commit(message)
        git("push", "--quiet", "origin", branch, inside=self.checkout)

    def open_pull_request(self, number: int, base: str, message: str) -> dict[str, Any]:
        """Commit what there is to a branch of its own; what an event tells of the pull request to `base`."""
        branch = f"change-{number}"
        git("checkout", "--quiet", "-b", branch, base, inside=self.checkout)
        self.commit(message)
        git("checkout", "--quiet", "--detach", base, inside=self.checkout)
        merged = ("merge", "--quiet", "--no-ff", "--no-edit", branch)
        git(*merged, inside=self.checkout)
        pushed = (branch, f"HEAD:refs/pull/{number}/merge")
        git("push", "--quiet", "origin", *pushed, inside=self.checkout)
        git("checkout", "--quiet", base, inside=self.checkout)
        own = {"full_name": "retail/platform"}
        return {"pull_request": {"number": number, "head": {"repo": own}, "labels": []}}

    def run(
        self,
        workflow: str,
        job: str,
        *,
        branch: str,
        event: str = "push",
        environment: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
        needs: Mapping[str, Any] | None = None,
        cancel_at: str = "",
        matrix: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run a job on what the remote's branch, or other ref, holds; it signs in as the environment's user."""
        self.jobs += 1
        ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
        if environment is not None:
            self.github.subject = f"repo:retail/platform:environment:{environment}"
        runner = Runner(
            self.folder / f"job-{self.jobs}",
            self.remote,
            self.variables(),
            {
                "vars": self.vars.get(environment or "", {}),
                "secrets": self.secrets.get(environment or "", {}),
            },
            self.ready,
            cancel_at,
        )
        context = {
            "event_name": event,
            "ref": ref,
            "ref_name": ref.split("/", 2)[2],
            "sha": git("rev-parse", ref, inside=self.remote),
            "repository": "retail/platform",
            "server_url": "https://github.example",
            "run_id": str(self.jobs),
            "actor": "ana",
            "token": "a-token-of-the-job",
            **(more or {}),
        }
        done = runner.run(
            workflow,
            job,
            github=context,
            inputs=inputs,
            needs=needs,
            oidc=self.github.variables,
            matrix=matrix,
        )
        if not done.skipped and done.succeeded:
            self.ready = ("./.github/actions/setup",)
        return done

    def variables(self) -> dict[str, str]:
        """What the steps find set: a PATH with Python and gh, and where the account is in place of Snowflake."""
        kept = ("LANG", "TZ", *(name for name in os.environ if name.startswith("COVERAGE")))
        path = (self.folder / "python" / "bin", self.folder / "bin", os.environ["PATH"])
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "PATH": os.pathsep.join(map(str, path)),
            "HOME": str(self.folder / "home"),
            "GH_CALLS": str(self.folder / "gh-calls"),
            # The package is built with what the tests have installed.
            "PIP_NO_BUILD_ISOLATION": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SNOWFLAKE_HOST": str(self.account["host"]),
            "SNOWFLAKE_PORT": str(self.account["port"]),
            "SNOWFLAKE_PROTOCOL": str(self.account["protocol"]),
            "SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES": str(self.account["host"]),
            "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
        }

    def give_key(self, environment: str) -> None:
        """Let the environment's user sign in by key pair, whose private key is the environment's secret."""
        key = rsa.generate_private_key(65537, 2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        user, written = self.vars[environment]["SNOWFLAKE_USER"], b64encode(public).decode()
        self.query(f"ALTER USER {user} SET RSA_PUBLIC_KEY = '{written}'")
        self.query(f"ALTER USER {user} UNSET WORKLOAD_IDENTITY")
        self.secrets[environment] = {"SNOWFLAKE_PRIVATE_KEY": private.decode()}

    def query(self, text: str) -> list[tuple[Any, ...]]:
        """The rows of a statement run by the account's administrator."""
        with snowflake.connector.connect(**self.account) as connection:
            return list(connection.cursor().execute(text).fetchall())


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A shop with the branches dev, qa and main, nothing of it deployed, and a user for each environment."""
    folder = tmp_path_factory.mktemp("workshop")
    with LocalAccount(folder / "account") as account, serving(GitHub()) as github:
        shop = Workshop(folder, github, account.connection)
        _make_tools(shop)
        _make_repository(shop)
        _make_users(shop)
        yield shop


def _make_tools(shop: Workshop) -> None:
    """A Python that has what snowlane builds on, but not snowlane; gh; a home."""
    venv.create(shop.folder / "python", symlinks=True)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = shop.folder / "python" / "lib" / name / "site-packages"
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"))
    for folder in ("bin", "home"):
        (shop.folder / folder).mkdir()
    gh = shop.folder / "bin" / "gh"
    gh.write_text(GH)
    gh.chmod(0o755)


def _make_repository(shop: Workshop) -> None:
    git("init", "--quiet", "--bare", str(shop.remote))
    git("clone", "--quiet", str(shop.remote), str(shop.checkout))
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        if (SOURCE / part).is_dir():
            shutil.copytree(SOURCE / part, shop.checkout / part, ignore=ignored)
        else:
            shutil.copy(SOURCE / part, shop.checkout / part)
    (shop.checkout / ".gitignore").write_text(".snowlane/\nbuild/\n*.egg-info/\n__pycache__/\n")
    (shop.checkout / "migrations" / "versions").mkdir(parents=True)
    for file in ("alembic.ini", "migrations/env.py"):
        shutil.copy(SOURCE / file, shop.checkout / file)
    (shop.checkout / "envs").mkdir()
    before = ""
    for name, branch in BRANCHES.items():
        text = ENVIRONMENT.format(
            name=name,
            branch=branch,
            check="warn" if name == "dev" else "enforce",
            upper=name.upper(),
            protected=str(name == "prod").lower(),
            promotes_from=f'promotes_from = "{before}"' if before else "",
        )
        text += CLONE if name == "qa" else ""
        (shop.checkout / "envs" / f"{name}.toml").write_text(text)
        before = name
    shop.revision("r1", None, "SALES", "CREATE SCHEMA RAW.SHOP")
    git("symbolic-ref", "HEAD", "refs/heads/dev", inside=shop.checkout)
    shop.commit("Begin")
    git("push", "--quiet", "--set-upstream", "origin", "dev", inside=shop.checkout)
    for branch in ("qa", "main"):
        git("branch", branch, inside=shop.checkout)
        git("push", "--quiet", "origin", branch, inside=shop.checkout)


def _make_users(shop: Workshop) -> None:
    """What docs/github-actions.md tells an administrator to do, for each GitHub environment."""
    project = Project(shop.checkout)
    environments = {name: project.environment(name) for name in ("prod", "qa", "dev")}
    for name, environment in environments.items():
        wanted = bootstrap_of(environment)
        if environment.clone is not None:
            wanted = both(wanted, preparation_of(environment, environments["prod"]))
        with snowflake.connector.connect(**shop.account) as connection:
            for _ in connection.execute_string(wanted.sql()):
                pass
        _make_user(shop, name, environment.role)
    for name in ("preview", "automation"):
        # By its default role it has those that deploy qa and prod.
        _make_user(shop, name, "CLONE_ADMIN")
    shop.query("GRANT ROLE DEPLOY_DEV TO USER GITHUB_AUTOMATION")


def _make_user(shop: Workshop, name: str, role: str) -> None:
    page = (SOURCE / "docs" / "github-actions.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```sql\n(-- One user.*?)```", page, re.DOTALL)
    text = text.replace("https://token.actions.githubusercontent.com", shop.github.address)
    text = text.replace("ORG/REPO", "retail/platform").replace("DEPLOY_QA", role)
    text = text.replace("QA", name.upper()).replace("qa", name)
    with snowflake.connector.connect(**shop.account) as connection:
        for _ in connection.execute_string(text):
            pass
    shop.vars[name] = {
        "SNOWFLAKE_ACCOUNT": "local",
        "SNOWFLAKE_USER": f"GITHUB_{name.upper()}",
        "SNOWFLAKE_AUDIENCE": f"snowflake/{name}",
    }
