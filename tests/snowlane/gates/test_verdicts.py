"""Each gate on its facts: what it finds, and the way out that it names."""

from dataclasses import replace
from datetime import datetime

import pytest

from snowlane.errors import RefusedError
from snowlane.gates import (
    branch,
    clean_tree,
    confirmation,
    lint,
    lock,
    rehearsal,
    report,
    same_bundle,
    single_head,
)
from snowlane.gates.facts import (
    BranchTip,
    Checkout,
    Commit,
    Descent,
    Evidence,
    Rehearsal,
    Source,
)
from snowlane.gates.verdict import (
    Outcome,
    Verdict,
    failed,
    only_warned,
    passed,
    refuse_failed,
    with_overrides,
)
from snowlane.lint.finding import Finding, Severity
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan, Stage, StageKind, Statement
from snowlane.plan.unfinished import Started, Unfinished
from snowlane.status.model import Lock

HEAD, OTHER = "a" * 40, "b" * 40
CHECKOUT = Checkout(HEAD, "qa", "bundle", remote="origin")
TIP = BranchTip("qa", "origin/qa", HEAD, is_contained=True)
AHEAD = (Commit(HEAD, "a new column"),)
ELSEWHERE = replace(TIP, is_contained=False, ahead=AHEAD)


def text(verdict: Verdict) -> str:
    return f"{verdict.found}\n{verdict.way_out}"


@pytest.mark.parametrize(
    ("checkout", "files", "said"),
    [
        (CHECKOUT, "bundle", None),
        (None, "bundle", "no commit holds this project"),
        (replace(CHECKOUT, changed=("a.sql", "b.sql")), "bundle", "2 files are not as in commit"),
        (CHECKOUT, "other", "a file that git ignores"),
    ],
)
def test_clean_tree(checkout, files, said) -> None:
    verdict = clean_tree.judge(checkout, files)
    assert verdict.stops is (said is not None)
    assert (said or "the files are those of commit aaaaaaaaaaaa") in text(verdict)


@pytest.mark.parametrize(
    ("checkout", "tip", "descent", "said"),
    [
        (CHECKOUT, TIP, None, None),
        (CHECKOUT, TIP, Descent(OTHER, is_known=True, is_contained=True), None),
        (replace(CHECKOUT, branch=None), TIP, None, None),
        (None, TIP, None, "deploy from a checkout of branch qa"),
        (CHECKOUT, replace(TIP, tip=None), None, "git fetch origin qa:refs/remotes/origin/qa"),
        (replace(CHECKOUT, remote=None), replace(TIP, tip=None), None, "git branch qa"),
        (CHECKOUT, ELSEWHERE, None, "git push origin qa"),
        (replace(CHECKOUT, branch="feature"), ELSEWHERE, None, "git switch qa"),
        (
            replace(CHECKOUT, branch=None),
            ELSEWHERE,
            None,
            "a detached HEAD) is not on origin/qa:\n",
        ),
        (replace(CHECKOUT, branch=None), replace(ELSEWHERE, on_local=True), None, "is not pushed"),
        (
            replace(CHECKOUT, is_shallow=True),
            replace(ELSEWHERE, ahead=()),
            None,
            "fetch-depth: 0",
        ),
        (
            replace(CHECKOUT, is_shallow=True),
            TIP,
            Descent(OTHER, is_known=False),
            "fetch-depth: 0",
        ),
        (
            CHECKOUT,
            TIP,
            Descent(OTHER, is_known=False),
            "bbbbbbbbbbbb, which is deployed, is not in",
        ),
        (
            CHECKOUT,
            TIP,
            Descent(OTHER, is_known=True, lost=(Commit(OTHER, "a hotfix"),)),
            "it would take back:\n  bbbbbbbbbbbb a hotfix",
        ),
    ],
)
def test_branch(checkout, tip, descent, said) -> None:
    verdict = branch.judge(checkout, tip, descent)
    assert verdict.stops is (said is not None)
    assert (said or "aaaaaaaaaaaa is on origin/qa") in text(verdict)


def test_same_bundle() -> None:
    there = Source("dev", Evidence("dev", HEAD, "state tables", "ana", "2026-11-23 22:00:00 UTC"))
    assert same_bundle.judge(HEAD, there) == passed(
        "same-bundle",
        "aaaaaaaaaaaa was deployed to dev 2026-11-23 22:00:00 UTC by ana (state tables)",
    )
    missing = same_bundle.judge(HEAD, Source("dev", None, "it has bbbbbbbbbbbb", ("no account",)))
    assert missing.stops
    assert "was not deployed to dev: it has bbbbbbbbbbbb\n  no account" in missing.found
    assert "snowlane migrate dev" in missing.way_out


def test_lint() -> None:
    problem = Finding("drop-table", Severity.ERROR, "r1.py", 3, "the rows are lost\nall", "…")
    warning = replace(problem, severity=Severity.WARNING)
    assert not lint.judge([warning]).stops
    assert "  r1.py:3: drop-table: the rows are lost" in lint.judge([problem, warning]).found


def test_single_head() -> None:
    assert not single_head.judge("r1", None).stops
    broken = single_head.judge(None, RefusedError("two heads", why="r2, r3", next="merge them"))
    assert (broken.stops, broken.found, broken.way_out) == (True, "two heads\nr2, r3", "merge them")


@pytest.mark.parametrize(
    ("held", "unknown", "outcome", "said"),
    [
        (None, "", Outcome.PASSED, "nobody deploys to qa"),
        (None, "no account", Outcome.WARNED, "not known: no account"),
        (Lock("ana", None, None, is_past=True), "", Outcome.PASSED, "takes over"),
        (
            Lock("ana", datetime(2026, 11, 23, 2, 0), None, is_past=False, address="https://ci/7"),  # noqa: DTZ001
            "",
            Outcome.FAILED,
            "ana deploys to qa since 2026-11-23 02:00:00 UTC\n  its run: https://ci/7",
        ),
    ],
)
def test_lock(held, unknown, outcome, said) -> None:
    verdict = lock.judge("qa", held, unknown)
    assert verdict.outcome is outcome
    assert said in verdict.found


def test_confirmation() -> None:
    def stops(**said: bool) -> bool:
        return confirmation.judge("prod", **said).stops

    assert stops(is_protected=True, is_given=False, can_ask=False)
    assert not stops(is_protected=True, is_given=True, can_ask=False)
    assert not stops(is_protected=True, is_given=False, can_ask=True)
    assert not stops(is_protected=False, is_given=False, can_ask=False)


def plan_of(*texts: str, logical: str = "l", current: str | None = "r1") -> Plan:
    statements = tuple(Statement(index, each) for index, each in enumerate(texts, start=1))
    stage = Stage(StageKind.UPGRADE, "r2", "", "r2.py", statements, logical=logical)
    return Plan("prod", current, "r2", "bundle", (stage,))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE TABLE P.S.T (a INT)", None),
        ("CREATE OR REPLACE VIEW P.S.V AS SELECT 1", None),
        ("ALTER TABLE P.S.T ADD COLUMN type VARCHAR", None),
        ("ALTER TABLE P.S.T ALTER COLUMN a DROP NOT NULL", None),
        ("ALTER TABLE P.S.T DROP COLUMN a", "drops something"),
        ("alter table p.s.t drop a", "drops something"),
        ("DROP VIEW P.S.V", "drops something"),
        ("CREATE OR REPLACE TRANSIENT TABLE P.S.T (a INT)", "drops something"),
        ("ALTER TABLE P.S.T ALTER COLUMN a SET DATA TYPE NUMBER(12,2)", "changes a type"),
        ("/* all */ UPDATE P.S.T SET a = 1", "touches data"),
        ("EXECUTE IMMEDIATE 'BEGIN RETURN 1; END'", None),
        ("EXECUTE IMMEDIATE 'BEGIN DELETE FROM P.S.T; END'", "touches data"),
        ("EXECUTE IMMEDIATE $$ BEGIN EXECUTE IMMEDIATE :made; END $$", "runs code"),
        ("CALL P.S.P()", "runs code"),
        ("SELECT 'not closed", "runs code"),
        ("ALTER TABLE P.S.T SWAP WITH P.S.U", "drops something"),
    ],
)
def test_what_asks_for_a_rehearsal(statement, why) -> None:
    assert rehearsal.needed_for(plan_of(statement)) == ((f"upgrade r2 {why}",) if why else ())


def test_a_rehearsal_holds_for_the_same_statements_against_the_same_revision() -> None:
    plan, applied = plan_of("DROP VIEW P.S.V"), Applied("r1")
    done = Rehearsal("bundle", "r1", applied.objects_hash, plan.logical_hash, True, "2026-11-23")
    assert not rehearsal.judge(plan, applied, [done]).stops
    assert "snowlane rehearse prod" in rehearsal.judge(plan, applied, []).way_out
    for changed in (
        replace(done, statements="other"),
        replace(done, revision="r0"),
        replace(done, objects="other"),
    ):
        assert rehearsal.judge(plan, applied, [changed]).stops
    newer = replace(done, is_passed=False, at="2026-11-24")
    assert "statements for prod failed" in rehearsal.judge(plan, applied, [newer, done]).found
    # The deployment itself asks again, where the account can be asked.
    assert rehearsal.judge(None, None, [], "no account").outcome is Outcome.WARNED
    assert not rehearsal.judge(plan_of("CREATE TABLE P.S.T (a INT)"), applied, []).stops
    assert not rehearsal.judge(plan_of("DROP VIEW P.S.V", current=None), applied, []).stops
    # What is half applied cannot be copied: it is gone on with.
    started = Started("d", "ana", "1", None, "half-applied")
    half = replace(applied, unfinished=Unfinished(deployments=(started,)))
    assert rehearsal.judge(plan, half, []).outcome is Outcome.WARNED
    assert plan.logical_hash != plan_of("DROP VIEW P.S.V", logical="m").logical_hash


def test_an_override_passes_a_gate_that_fails_and_no_other() -> None:
    verdicts = with_overrides(
        [
            passed("lint", "none"),
            failed("branch", "no", "git push"),
            failed("window", "shut", "wait"),
        ],
        {"lint": "unused", "branch": "hotfix at night"},
    )
    assert [each.outcome.value for each in verdicts] == ["passed", "overridden", "failed"]
    with pytest.raises(RefusedError) as raised:
        refuse_failed(verdicts, "a deployment to qa")
    assert raised.value.what == "a gate refused a deployment to qa"
    assert raised.value.why == "window: shut"
    assert raised.value.next.splitlines()[0] == "wait"
    refuse_failed(verdicts[:2], "a deployment to qa")
    assert only_warned(verdicts[2]).outcome is Outcome.WARNED


def test_all_are_told_in_one_table() -> None:
    verdicts = [
        passed("lint", "none"),
        failed("branch", "not pushed:\n  aaaa <a> | b", "git push\n  origin"),
        Verdict("window", Outcome.OVERRIDDEN, "shut", "wait", "hotfix"),
    ]
    assert report.as_text(verdicts) == (
        "  passed      lint    none\n"
        "  failed      branch  not pushed:\n"
        "                        aaaa <a> | b\n"
        "                      to go on: git push\n"
        "                        origin\n"
        "  overridden  window  shut\n"
        "                      reason: hotfix"
    )
    assert report.as_markdown(verdicts).splitlines()[2:] == [
        "| lint | passed | none |",
        "| branch | **failed** | not pushed:<br>&nbsp;&nbsp;aaaa &lt;a> \\| b<br>to go on: git push"
        "<br>&nbsp;&nbsp;origin |",
        "| window | overridden | shut<br>reason: hotfix |",
    ]
    assert report.as_data(verdicts)[2] == {
        "gate": "window",
        "outcome": "overridden",
        "found": "shut",
        "way_out": "wait",
        "reason": "hotfix",
    }
