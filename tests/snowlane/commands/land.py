"""A project whose environments have branches and are promoted from one another, in a real repository."""

import pytest
from tests.snowlane.commands.conftest import Account, Outcome
from tests.snowlane.conftest import Shop
from tests.snowlane.repository import Repository, make_repository, use_own_settings

SCHEMA = "op.sql('CREATE SCHEMA RAW.S')"
VIEW = "CREATE OR REPLACE VIEW RAW.S.V COPY GRANTS AS SELECT 1 AS A\n"
TABLE = "op.sql('CREATE TABLE RAW.S.T (a INT)')"


class Land:
    """A project with dev (which only warns), qa and prod (protected), on branches dev, qa and main."""

    def __init__(self, account: Account, shop: Shop, repository: Repository) -> None:
        self.account = account
        self.shop = shop
        self.repository = repository

    def migrate(self, environment: str, *options: str, at: Repository | None = None) -> Outcome:
        return self.snowlane("migrate", environment, "--format", "json", *options, at=at)

    def gates(self, done: Outcome) -> dict[str, str]:
        return {each["gate"]: each["outcome"] for each in done.data["gates"]}

    def snowlane(self, *arguments: str, at: Repository | None = None) -> Outcome:
        account = Account(self.account.connection, at.root) if at else self.account
        return account.snowlane(*arguments)

    def promote(self) -> str:
        """What an operator does by hand: dev into qa, pushed; qa is checked out then."""
        self.repository.git("switch", "--quiet", "qa")
        self.repository.git("merge", "--quiet", "--no-ff", "-m", "dev into qa", "dev")
        self.repository.git("push", "--quiet", "origin", "qa")
        return self.repository.tip("qa")

    def databases(self) -> set[str]:
        return {row[1] for row in self.account.query("SHOW DATABASES") if row[1].startswith("QA_")}


def make_land(account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Revision r1 on dev, which is pushed and checked out; qa and main stand before it."""
    use_own_settings(shop.root.parent, monkeypatch)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    envs = shop.root / "envs"
    dev, prod = ((envs / f"{name}.toml").read_text() for name in ("dev", "prod"))
    qa = dev.replace("DEV_", "QA_").replace("_DEV", "_QA")
    (envs / "dev.toml").write_text(f'branch = "dev"\nbranch_check = "warn"\n{dev}')
    (envs / "qa.toml").write_text(f'branch = "qa"\npromotes_from = "dev"\n{qa}')
    (envs / "prod.toml").write_text(f'branch = "main"\npromotes_from = "qa"\n{prod}')
    repository = make_repository(shop.root)
    repository.commit("envs")
    repository.git("branch", "qa")
    repository.git("switch", "--quiet", "--create", "dev")
    shop.revision("r1", SCHEMA)
    repository.commit("r1")
    repository.git("push", "--quiet", "--all", "origin")
    return Land(account, shop, repository)
