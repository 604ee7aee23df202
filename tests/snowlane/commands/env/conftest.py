"""One account for the tests of clones, with the small platform deployed to prod and started there."""

from collections.abc import Iterator

import pytest
from tests.snowlane.commands.conftest import Account
from tests.snowlane.commands.env import shop

from snowlocal.server import LocalAccount


@pytest.fixture(scope="package")
def prod(tmp_path_factory) -> Iterator[Account]:
    """The account and its project; prod holds data, and its tasks and alert are started."""
    project = shop.lay_out(tmp_path_factory.mktemp("shop") / "project")
    directory = tmp_path_factory.mktemp("account")
    with LocalAccount(directory) as served, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNOWLANE_LOCAL_DIR", str(directory))
        account = Account(served.connection, project)
        account.query("CREATE ROLE READER_PROD")
        account.query("CREATE ROLE READER_QA")
        done = account.snowlane("migrate", "prod", "--yes")
        assert done.code == 0, done.err
        shop.made_by_hand(served.connection)
        yield account
