"""`snowlane check`: what it lints, what it prints, and its exit codes."""

import os
import subprocess
import warnings
from pathlib import Path

import pytest
from tests.snowlane.commands.conftest import Account, Outcome
from tests.snowlane.conftest import Shop

from snowlane.errors import ExitCode

TABLE = 'op.sql("CREATE TABLE RAW.B.T (a VARCHAR(10))")'
DROP = 'op.sql("DROP TABLE RAW.B.T")'
VIEW = "CREATE OR REPLACE VIEW DW.F.V\nCOPY GRANTS\nAS\nSELECT a FROM RAW.B.T\n"
STAR = "CREATE OR REPLACE VIEW DW.F.W\nCOPY GRANTS\nAS\nSELECT * FROM RAW.B.T\n"


@pytest.fixture(autouse=True)
def outside_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


def snowlane(shop: Shop, *arguments: str) -> Outcome:
    return Account({}, shop.root).snowlane(*arguments)


def git(shop: Shop, *arguments: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=shop.root, check=True, capture_output=True)


@pytest.fixture
def clean(shop: Shop) -> Shop:
    shop.revision("r1", TABLE, DROP)
    shop.object("dw/v", VIEW)
    return shop


def test_a_clean_project_passes(clean: Shop) -> None:
    done = snowlane(clean, "check")
    assert (done.code, done.out) == (ExitCode.DONE, "Nothing found in 2 files.\n")


def test_a_revision_without_its_functions_is_told_which(clean: Shop) -> None:
    path = clean.revision("r2", 'op.sql("CREATE TABLE RAW.B.U (a INT)")', after="r1")
    whole = path.read_text()
    path.write_text(whole.partition("def downgrade")[0])
    done = snowlane(clean, "check")
    assert done.code == ExitCode.REFUSED
    assert "error downgrade-missing\n" in done.out
    assert 'op.sql("DROP TABLE RAW.B.U")' in done.out
    assert "revision-does-not-render" not in done.out
    path.write_text(whole.replace("def upgrade", "def upgrades"))
    done = snowlane(clean, "check")
    assert done.code == ExitCode.REFUSED
    assert "there is no upgrade() in it" in done.out
    assert "AttributeError" not in done.out


def test_an_error_is_refused_and_all_formats_tell_it(clean: Shop) -> None:
    clean.object("dw/w", STAR)
    text = snowlane(clean, "check")
    assert text.code == ExitCode.REFUSED
    assert text.out.startswith("migrations/objects/dw/w.sql:4: error select-star-view\n")
    assert text.out.endswith("1 error in 3 files.\n")
    data = snowlane(clean, "check", "--format", "json").data
    assert (data["errors"], data["warnings"], data["files"]) == (1, 0, 3)
    [finding] = data["findings"]
    assert {key: finding[key] for key in ("rule", "file", "line", "remedy")} == {
        "rule": "select-star-view",
        "file": "migrations/objects/dw/w.sql",
        "line": 4,
        "remedy": "A",
    }
    markdown = snowlane(clean, "check", "--format", "markdown").out
    assert "**error select-star-view** `migrations/objects/dw/w.sql:4`" in markdown
    assert "```sql\nA\n```" in markdown


def test_a_warning_passes(clean: Shop) -> None:
    clean.revision("r2", 'op.sql("DELETE FROM RAW.B.T")', "op.sql('SELECT 1')", after="r1")
    done = snowlane(clean, "check")
    assert done.code == ExitCode.DONE
    assert done.out.endswith("1 warning in 3 files.\n")


def test_a_waiver_with_a_reason_passes(clean: Shop) -> None:
    clean.object("dw/w", "-- snowlane: allow select-star-view: nobody adds to it\n" + STAR)
    assert snowlane(clean, "check").out == "Nothing found in 3 files.\n"


def test_in_actions_each_finding_stands_beside_its_line(
    clean: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    clean.object("dw/w", STAR)
    done = snowlane(clean, "check", "--format", "json")
    assert done.data["errors"] == 1
    assert done.err.startswith(
        "::error file=migrations/objects/dw/w.sql,line=4,title=select-star-view::the view takes"
    )
    assert "%0AInstead:%0AA\n" in done.err


def test_base_limits_it_to_what_a_branch_brings(clean: Shop) -> None:
    clean.object("dw/w", STAR)
    git(clean, "init", "-q", "-b", "main")
    git(clean, "add", ".")
    git(clean, "commit", "-q", "-m", "one")
    git(clean, "checkout", "-q", "-b", "feature")
    assert snowlane(clean, "check", "--base", "main").out == "Nothing found in 0 files.\n"
    clean.revision("r2", "op.sql('DROP TABLE RAW.B.T')", TABLE, after="r1")
    found = snowlane(clean, "check", "--base", "main", "--format", "json")
    assert found.code == ExitCode.REFUSED
    assert found.data["files"] == 1
    assert {each["rule"] for each in found.data["findings"]} == {"drop-table"}
    git(clean, "add", ".")
    git(clean, "commit", "-q", "-m", "two")
    assert len(snowlane(clean, "check", "--base", "main", "--format", "json").data["findings"]) == 2
    assert len(snowlane(clean, "check", "--format", "json").data["findings"]) == 3


@pytest.mark.parametrize("base", ["nowhere", "--output=x", ""])
def test_a_base_that_git_does_not_know_is_named(clean: Shop, base: str) -> None:
    git(clean, "init", "-q", "-b", "main")
    git(clean, "add", ".")
    git(clean, "commit", "-q", "-m", "one")
    done = snowlane(clean, "check", f"--base={base}")
    assert done.code == ExitCode.USAGE
    assert f"git knows no commit {base!r}" in done.err
    assert sorted(path.name for path in clean.root.iterdir()) == [
        ".git", "alembic.ini", "envs", "migrations",
    ]  # fmt: skip


def test_base_outside_of_a_repository_is_refused(clean: Shop) -> None:
    done = snowlane(clean, "check", "--base", "main")
    assert done.code == ExitCode.USAGE
    assert "is in no git repository" in done.err


def test_base_without_git_is_refused(clean: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clean.root))
    done = snowlane(clean, "check", "--base", "main")
    assert done.code == ExitCode.USAGE
    assert "git is not there" in done.err


def test_a_revision_that_is_no_text_is_refused(clean: Shop) -> None:
    (clean.root / "migrations" / "versions" / "r2.py").write_bytes(b'"""\xff"""\n')
    done = snowlane(clean, "check")
    assert done.code == ExitCode.REFUSED
    assert "migrations/versions/r2.py, line 1: the revision does not import" in done.err


def test_branches_without_a_common_commit_are_refused(clean: Shop) -> None:
    git(clean, "init", "-q", "-b", "main")
    git(clean, "add", ".")
    git(clean, "commit", "-q", "-m", "one")
    git(clean, "checkout", "-q", "--orphan", "other")
    git(clean, "commit", "-q", "-m", "two")
    done = snowlane(clean, "check", "--base", "main")
    assert done.code == ExitCode.USAGE
    assert "git fetch --unshallow" in done.err


def test_two_heads_are_a_finding(clean: Shop) -> None:
    clean.revision("r2", "op.sql('SELECT 1')", "op.sql('SELECT 1')", after="r1")
    clean.revision("r3", "op.sql('SELECT 1')", "op.sql('SELECT 1')", after="r1")
    found = snowlane(clean, "check", "--format", "json")
    assert found.code == ExitCode.REFUSED
    assert [each["rule"] for each in found.data["findings"]] == ["multiple-heads"]


def heads(shop: Shop, *arguments: str) -> tuple[str, str]:
    """Where several heads are found, and what is to be written there."""
    found = snowlane(shop, "check", *arguments, "--format", "json")
    assert found.code == ExitCode.REFUSED
    [finding] = found.data["findings"]
    assert finding["rule"] == "multiple-heads"
    return Path(finding["file"]).stem, finding["remedy"]


@pytest.mark.parametrize("brought", ["r2", "r3"])
def test_the_head_that_a_branch_brings_is_the_one_to_change(clean: Shop, brought: str) -> None:
    select = "op.sql('SELECT 1')"
    there = {"r2": "r3", "r3": "r2"}[brought]
    clean.revision(there, select, after="r1")
    git(clean, "init", "-q", "-b", "main")
    git(clean, "add", ".")
    git(clean, "commit", "-q", "-m", "one")
    git(clean, "checkout", "-q", "-b", "feature")
    clean.revision(brought, select, after="r1")
    assert heads(clean) == ("r3", 'down_revision = "r2"')
    found = heads(clean, "--base", "main")
    assert found == (brought, f'down_revision = "{there}"')
    clean.revision(brought, select, after=there)
    assert snowlane(clean, "check", "--base", "main").code == ExitCode.DONE


def test_a_line_of_several_revisions_is_changed_where_it_begins(clean: Shop) -> None:
    select = "op.sql('SELECT 1')"
    clean.revision("r2", select, after="r1")
    clean.revision("r3", select, after="r1")
    clean.revision("r4", select, after="r3")
    assert heads(clean) == ("r3", 'down_revision = "r2"')
    clean.revision("r3", select, after="r2")
    assert snowlane(clean, "check").code == ExitCode.DONE


def test_three_heads_become_one_line(clean: Shop) -> None:
    for name in ("r2", "r3", "r4"):
        clean.revision(name, "op.sql('SELECT 1')", after="r1")
    found = snowlane(clean, "check", "--format", "json").data["findings"]
    assert [(Path(each["file"]).stem, each["remedy"]) for each in found] == [
        ("r3", 'down_revision = "r2"'),
        ("r4", 'down_revision = "r3"'),
    ]


def test_with_several_heads_no_waiver_is_called_unused(clean: Shop) -> None:
    waiver = "# snowlane: allow dml-without-where: the table is empty\n"
    clean.revision("r2", waiver + "op.sql('DELETE FROM RAW.B.T')", after="r1")
    assert snowlane(clean, "check").code == ExitCode.DONE
    clean.revision("r3", "op.sql('SELECT 1')", after="r1")
    assert heads(clean) == ("r3", 'down_revision = "r2"')


def test_a_revision_that_does_not_import_is_named(clean: Shop) -> None:
    clean.revision("r2", "op.sql('SELECT 1'", after="r1")
    done = snowlane(clean, "check")
    assert done.code == ExitCode.REFUSED
    assert "r2.py" in done.err


def test_two_statements_in_one_text_are_refused(clean: Shop) -> None:
    clean.revision("r2", "op.execute('SELECT 1; SELECT 2')", after="r1")
    done = snowlane(clean, "check")
    assert done.code == ExitCode.REFUSED
    assert "r2.py:11: error revision-does-not-render" in done.out


def test_objects_in_a_circle_are_refused(clean: Shop) -> None:
    clean.object("dw/a", "CREATE OR REPLACE VIEW DW.F.A AS SELECT x FROM DW.F.B")
    clean.object("dw/b", "CREATE OR REPLACE VIEW DW.F.B AS SELECT x FROM DW.F.A")
    done = snowlane(clean, "check")
    assert done.code == ExitCode.REFUSED
    assert "circle" in done.err


def test_it_needs_no_connector(clean: Shop) -> None:
    script = (
        "import sys\n"
        "sys.modules['snowflake.connector'] = None\n"
        "sys.modules['snowlane.snowflake'] = None\n"
        "from snowlane.lint import engine\n"
        "import snowlane.git.changed, snowlane.commands.check\n"
        "assert 'sqlalchemy' not in sys.modules\n"
    )
    import sys

    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_platform_of_this_repository_is_clean() -> None:
    done = Account({}, Path(__file__).parents[3]).snowlane("check", "--format", "json")
    assert done.code == ExitCode.DONE, done.out
    assert done.data["findings"] == []


def test_literals_between_dollar_signs_are_judged_as_plan_reads_them(clean: Shop) -> None:
    clean.revision(
        "r2",
        'op.sql("CREATE TABLE RAW.B.N (a VARCHAR) COMMENT = $$the shop\'s own$$")\n'
        'op.sql("INSERT INTO RAW.B.N (a) SELECT $$it is RAW.B.N$$")',
        "op.sql('DROP TABLE RAW.B.N')",
        after="r1",
    )
    found = snowlane(clean, "check", "--format", "json")
    assert found.code == ExitCode.DONE, found.out
    [warned] = found.data["findings"]
    assert (warned["rule"], warned["remedy"]) == ("database-in-text", "$$ || 'RAW.B.N' || $$")
    plan = snowlane(clean, "plan", "dev", "--offline", "--sql")
    assert plan.code == ExitCode.DONE, plan.err
    assert "DEV_RAW.B.N (a VARCHAR) COMMENT = $$the shop's own$$" in plan.out
    assert "SELECT $$it is RAW.B.N$$" in plan.out
    clean.revision("r2", 'op.sql("EXECUTE IMMEDIATE $$SELECT \'a$$")', after="r1")
    assert "error revision-does-not-render" in snowlane(clean, "check").out
    assert snowlane(clean, "plan", "dev", "--offline").code == ExitCode.REFUSED


def test_what_a_revision_does_to_the_process_stays_with_it(clean: Shop, monkeypatch) -> None:
    monkeypatch.setenv("KEPT", "as it was")
    monkeypatch.chdir(clean.root)
    path = clean.revision(
        "r2",
        "import os\nprint('aside')\nos.environ.clear()\nos.chdir('/')\nop.sql('SELECT 1')",
        "op.sql('SELECT 1')",
        after="r1",
    )
    path.write_text(
        f"import warnings\nwarnings.warn('careful')\nprint('on top')\n{path.read_text()}"
    )
    for command in (("check",), ("plan", "dev", "--offline")):
        with warnings.catch_warnings(action="ignore"):
            done = snowlane(clean, *command, "--format", "json")
        assert done.code == ExitCode.DONE, done.err
        assert done.data
        assert "on top\naside\n" in done.err
        assert (os.environ["KEPT"], Path.cwd()) == ("as it was", clean.root)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("op.sql(f'SELECT {input()}')", "EOFError"),
        ("raise GeneratorExit", "GeneratorExit"),
        (r"""op.sql("SELECT '\ud800'")""", "half of a character"),
    ],
)
def test_what_a_revision_cannot_do_is_a_finding(clean: Shop, code: str, why: str) -> None:
    clean.revision("r2", code, "op.sql('SELECT 1')", after="r1")
    found = snowlane(clean, "check", "--format", "json")
    assert found.code == ExitCode.REFUSED
    [finding] = found.data["findings"]
    assert finding["rule"] == "revision-does-not-render"
    assert why in finding["problem"]
    planned = snowlane(clean, "plan", "dev", "--offline")
    assert planned.code == ExitCode.REFUSED
    assert why in planned.err


def test_files_and_folders_with_odd_names_are_named(clean: Shop) -> None:
    folder = clean.root / "migrations" / "objects"
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/w\xff.sql"))
    odd.write_text("CREATE OR REPLACE VIEW RAW.B.W COPY GRANTS AS SELECT 1 AS A\n")
    for command in (("check",), ("plan", "dev", "--offline")):
        done = snowlane(clean, *command)
        assert done.code == ExitCode.REFUSED
        assert "its name holds what is no printable character" in done.out + done.err
    odd.unlink()
    (clean.root / "envs" / "x.toml").mkdir()
    for command in (("check",), ("plan", "dev", "--offline")):
        done = snowlane(clean, *command)
        assert done.code == ExitCode.USAGE
        assert "envs/x.toml cannot be read" in done.err


@pytest.mark.parametrize(
    ("call", "folder", "code"),
    [("scandir", "objects", ExitCode.REFUSED), ("listdir", "envs", ExitCode.USAGE)],
)
def test_what_lies_in_a_folder_that_cannot_be_read_is_not_gone(
    clean: Shop, monkeypatch: pytest.MonkeyPatch, call: str, folder: str, code: ExitCode
) -> None:
    real = getattr(os, call)

    def refusing(path: str) -> object:
        if Path(path).name == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, call, refusing)
    for command in (("check",), ("plan", "dev", "--offline")):
        done = snowlane(clean, *command)
        assert done.code == code
        assert "cannot be read" in done.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuntimeError("Could not determine home directory."), ExitCode.USAGE, "set HOME to"),
        (PermissionError(13, "no", "/home/ana/.snowflake"), ExitCode.USAGE, "set HOME to"),
        (OSError(28, "No space left on device"), ExitCode.FAILED, "  No space left on device"),
    ],
)
def test_what_the_machine_refuses_is_told(
    clean: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception, code: ExitCode, said: str
) -> None:
    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr("snowlane.checking.gather_facts", refused)
    done = snowlane(clean, "check")
    assert done.code == code
    assert said in done.err
    assert "unexpected" not in done.err
