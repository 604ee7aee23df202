"""`snowlane pipeline run`: graphs and pipes by hand, and what became of each."""

from snowlane.errors import ExitCode

from .conftest import AS_DEPLOYED, last_run


def test_all_graphs_run_in_the_order_in_which_they_feed_one_another(line) -> None:
    """ALONE reads what the root writes, though its name comes first; the parked child is passed over."""
    line.run("DELETE FROM S.T", "DELETE FROM S.U")
    done = line.done("pipeline", "run", "dev")
    assert done.err.index("executing task DEV_RAW.S.ROOT") < done.err.index("DEV_RAW.S.ALONE")
    assert line.query(f"SELECT A FROM {line.raw}.S.U") == [{"A": "root"}]
    lines = done.out.splitlines()
    assert lines[0].startswith("task  DEV_RAW.S.ROOT: succeeded in ")
    assert lines[1].startswith("    └ DEV_RAW.S.LEFT_ONE: succeeded in ")
    assert lines[2] == "    └ DEV_RAW.S.PARKED_ONE: did not run: suspended"
    assert lines[3].startswith("task  DEV_RAW.S.ALONE: succeeded in ")
    assert line.states() == AS_DEPLOYED


def test_one_that_fails_keeps_those_from_running_that_it_feeds(line) -> None:
    line.run(
        "ALTER TASK S.ROOT SUSPEND", "ALTER TASK S.ROOT MODIFY AS INSERT INTO S.T SELECT 1 / 0"
    )
    line.run("ALTER TASK S.ROOT RESUME")
    done = line.snowlane("pipeline", "run", "dev", "--format", "json")
    line.run(
        "ALTER TASK S.ROOT SUSPEND", "ALTER TASK S.ROOT MODIFY AS INSERT INTO S.T (A) SELECT 'root'"
    )
    assert done.code == ExitCode.FAILED
    root, alone = done.data["graphs"]
    assert [each["state"] for each in root["tasks"]] == ["FAILED", None, None]
    assert root["tasks"][0]["error"].startswith("100051: Division by zero")
    assert root["tasks"][1]["why"] == "DEV_RAW.S.ROOT did not succeed"
    assert alone["why"] == "not run: it reads what DEV_RAW.S.ROOT did not write"
    assert "task DEV_RAW.S.ROOT: failed in 0 s: 100051" in done.err
    line.done("pipeline", "run", "dev", "ROOT")


def test_a_graph_by_its_logical_name_also_when_it_is_suspended(line) -> None:
    line.run("ALTER TASK S.ALONE SUSPEND")
    done = line.done("pipeline", "run", "dev", "raw.s.alone")
    assert done.out.startswith("task  DEV_RAW.S.ALONE: succeeded")
    assert line.states() == {**AS_DEPLOYED, "ALONE": "suspended"}
    without = line.done("pipeline", "run", "dev")
    assert "left  DEV_RAW.S.ALONE is suspended; name it to run it" in without.out


def test_what_has_not_ended_in_time_runs_on(line) -> None:
    line.run("ALTER TASK S.ALONE SUSPEND", "ALTER TASK S.ALONE MODIFY AS CALL SYSTEM$WAIT(3)")
    done = line.snowlane("pipeline", "run", "dev", "ALONE", "--wait", "0s")
    line.run("ALTER TASK S.ALONE MODIFY AS INSERT INTO S.U (A) SELECT A FROM S.T")
    assert done.code == ExitCode.FAILED
    assert "task DEV_RAW.S.ALONE: its graph has not ended yet" in done.err
    assert last_run(line, "ALONE") in ("SCHEDULED", "EXECUTING")


def test_pipes_are_refreshed_and_their_loads_told(line, tmp_path) -> None:
    line.put(tmp_path, "ST1", "good.csv")
    (tmp_path / "bad.csv").write_text("1,2,3\n")
    with line.connect() as connection:
        connection.cursor().execute(f"PUT file://{tmp_path}/bad.csv @{line.raw}.S.ST2")
    done = line.snowlane("pipeline", "run", "dev", "P1", "RAW.S.P2")
    line.run("REMOVE @DEV_RAW.S.ST2")
    assert done.code == ExitCode.FAILED
    assert "pipe  DEV_RAW.S.P1: 1 file sent, 1 rows loaded" in done.out
    assert "pipe  DEV_RAW.S.P2: 1 file sent, 0 rows loaded" in done.out
    assert "bad.csv.gz: Load failed: Number of columns in file (3)" in done.out
    again = line.done("pipeline", "run", "dev", "--pipes", "ALONE")
    assert "pipe  DEV_RAW.S.P1: 0 files sent, 0 rows loaded" in again.out
    assert "task  DEV_RAW.S.ALONE: succeeded" in again.out


def test_names_that_cannot_be_run(line) -> None:
    for name, said in (
        ("NONE_SUCH", "there is no task or pipe 'NONE_SUCH'"),
        ("ROOTS", "did you mean ROOT?"),
        ("LEFT_ONE", "run its root: DEV_RAW.S.ROOT"),
    ):
        done = line.snowlane("pipeline", "run", "dev", name)
        assert done.code == ExitCode.USAGE
        assert said in done.err
    line.run("ALTER PIPE S.P1 SET PIPE_EXECUTION_PAUSED = TRUE")
    done = line.snowlane("pipeline", "run", "dev", "P1")
    assert done.code == ExitCode.REFUSED
    assert "DEV_RAW.S.P1 would load nothing" in done.err
