"""What of a revision depends on clock, chance or the order of a set, and what does not."""

import sys
import time

import pytest
from tests.snowlane.conftest import Shop

from snowlane.cache import Cache
from snowlane.checking import gather_facts
from snowlane.config.project import Project

SQL = "op.sql(f'SELECT {each}')"


def varies(shop: Shop, code: str) -> bool:
    """Whether an upgrade is found to render differently; asked twice, so that a cache may hide it."""
    shop.revision("r1", code)
    for _ in range(2):
        facts = gather_facts(Project(shop.root))
        [revision] = facts.revisions
        assert revision.upgrade.refusal is None, revision.upgrade.refusal
    return revision.upgrade.otherwise is not None


@pytest.mark.parametrize(
    "code",
    [
        "import uuid\neach = repr(str(uuid.uuid4()))",
        "import random\neach = random.random()",
        "import datetime\neach = datetime.date.today().year",
        "from datetime import date as day\neach = f'{day.today():%d}'",
        "import datetime as dt\neach = dt.datetime.now(dt.timezone.utc).hour",
        "from datetime import datetime\neach = datetime.utcnow().month",
        "import time\neach = int(time.time())",
        "from time import strftime\neach = strftime('%Y')",
        "import time\neach = time.localtime().tm_mon",
        "each = ', '.join(repr(x) for x in {'a', 'b'})",
        "each = ', '.join(map(repr, set('ab')))",
        "each = list({x for x in 'abc'} - {'c'})",
        "each = list(frozenset(['a', 'b']).union(['c']))",
        "each = 1\nfor word in {'a', 'b'}:\n    op.sql(f'SELECT {word!r}')",
        "import os\neach = 1\nfor n in range(os.urandom(7)[0]):\n    op.sql('SELECT 2')",
    ],
)
def test_what_is_another_one_the_next_time_is_found(shop: Shop, code: str) -> None:
    assert varies(shop, f"{code}\n{SQL}")


@pytest.mark.parametrize(
    "code",
    [
        "each = ', '.join(repr(x) for x in sorted({'a', 'b'}))",
        "each = 'b' in {'a', 'b'} and len({'a', 'b'}) == 2 and isinstance({'a'}, set)",
        "each = list({3, 1, 2})",
        "import random\nrandom.seed(7)\neach = random.random()",
        "import uuid\neach = repr(uuid.uuid5(uuid.NAMESPACE_URL, 'a'))",
        "import datetime\nday = datetime.date(2026, 1, 2)\neach = repr(day)",
        "from datetime import date, datetime\nfound = datetime.fromisoformat('2026-01-02 03:04')\n"
        "assert isinstance(found, date) and isinstance(found, datetime)\neach = found.strftime('%d')",
        "import time\neach = time.strftime('%Y', time.gmtime(0))",
        "import datetime\nlater = datetime.date.today() > datetime.date(2000, 1, 1)\neach = int(later)",
        "import datetime\neach = 1\nop.create_table('t', sa.Column('d', sa.DateTime, "
        "server_default=sa.func.now()), schema='RAW.S')\nop.execute(sa.select("
        "sa.literal(datetime.datetime(2026, 1, 2))))\nop.execute(sa.select(sa.literal(set('ab') == {'b', 'a'})))",
    ],
)  # fmt: skip
def test_what_is_the_same_each_time_is_left_alone(shop: Shop, code: str) -> None:
    assert not varies(shop, f"{code}\n{SQL}")


def test_modules_of_the_project_are_looked_through_and_left_as_they_were(shop: Shop, monkeypatch) -> None:  # fmt: skip
    ini = shop.root / "alembic.ini"
    ini.write_text(ini.read_text() + "prepend_sys_path = .\n")
    monkeypatch.setattr(sys, "path", [*sys.path])
    helper = shop.root / "shop_stamps.py"
    helper.write_text("import datetime\nSTAMP = f'{datetime.date.today():%Y%m%d}'\n")
    assert varies(shop, f"from shop_stamps import STAMP as each\n{SQL}")
    module = sys.modules.pop("shop_stamps")
    assert module.STAMP > "2020"
    assert time.gmtime().tm_year > 2020
    helper.write_text("STAMP = '20260102'\n")
    assert not varies(shop, f"from shop_stamps import STAMP as each\n{SQL}")
    del sys.modules["shop_stamps"]


def test_a_statement_that_may_vary_is_not_remembered(shop: Shop) -> None:
    shop.revision("r1", "import datetime\nop.sql(f'SELECT {datetime.date.today().year}')")
    shop.revision("r2", "op.add_column('t', sa.Column('c', sa.Date, server_default=sa.func.now()))",
                  after="r1")  # fmt: skip
    gather_facts(Project(shop.root))
    kept = str(Cache.of_project(shop.root)._read("rendered"))
    assert "ADD COLUMN" in kept
    assert "SELECT 2" not in kept
