"""What the journal of deployments that did not end is read as."""

from snowlane.plan.journal import Entry, is_transactional
from snowlane.plan.model import Statement
from snowlane.plan.unfinished import Event, HalfApplied, Row, Started, Unfinished, attempts_of


def entry(
    deployment: str,
    ordinal: int,
    name: str,
    index: int,
    *,
    leaves: str | None = "r1",
    stage: str = "upgrade",
    text: str = "",
) -> Entry:
    hashed = Statement(0, text).hash if text else f"{name}.{index}"
    return Entry(deployment, ordinal, stage, name, leaves, index, 3, hashed)


def unfinished(*sent: tuple[Entry, Event], put_back: tuple[str, ...] = ()) -> Unfinished:
    names = dict.fromkeys(each.deployment for each, _ in sent)
    deployments = tuple(Started(name, "failed", "1", "ana", put_back) for name in names)
    rows = []
    for each, event in sent:
        rows.append(Row(each.deployment, each.ordinal, Event.STARTED, each))
        if event is not Event.STARTED:
            rows.append(Row(each.deployment, each.ordinal, event))
    return Unfinished(deployments, attempts_of(reversed(rows), deployments))


def test_what_ran_over_several_deployments_adds_up() -> None:
    found = unfinished(
        (entry("d1", 1, "r2", 1), Event.DONE),
        (entry("d1", 2, "r2", 2), Event.FAILED),
        (entry("d2", 1, "r2", 2), Event.DONE),
        (entry("d2", 2, "r2", 3), Event.FAILED),
        (entry("d3", 1, "r2", 3), Event.FAILED),
    )
    assert found.half_applied("r1") == HalfApplied("upgrade", "r2", ("r2.1", "r2.2"))
    assert found.statements_run("d2") == 1


def test_a_revision_that_ended_is_not_half_applied() -> None:
    found = unfinished(*((entry("d1", each, "r2", each), Event.DONE) for each in (1, 2, 3)))
    assert found.half_applied("r2") is None


def test_an_end_that_was_not_recorded_is_still_to_be_recorded() -> None:
    found = unfinished(*((entry("d1", each, "r2", each), Event.DONE) for each in (1, 2, 3)))
    assert found.half_applied("r1") == HalfApplied("upgrade", "r2", ("r2.1", "r2.2", "r2.3"))


def test_only_the_last_try_of_a_revision_counts() -> None:
    found = unfinished(
        (entry("d1", 1, "r2", 1), Event.DONE),
        (entry("d1", 2, "r2", 2), Event.DONE),
        (entry("d1", 3, "r2", 3), Event.DONE),
        (entry("d2", 1, "r2", 1, leaves="r2", stage="downgrade"), Event.DONE),
        (entry("d3", 1, "r2", 1), Event.DONE),
    )
    assert found.half_applied("r1") == HalfApplied("upgrade", "r2", ("r2.1",))


def test_nothing_ran_is_not_half_applied_and_objects_do_not_count() -> None:
    found = unfinished(
        (entry("d1", 1, "view DW.M.V", 1, leaves=None, stage="object"), Event.DONE),
        (entry("d1", 2, "r2", 1), Event.FAILED),
    )
    assert found.half_applied("r1") is None


def test_a_version_moved_by_hand_makes_it_void() -> None:
    found = unfinished((entry("d1", 1, "r2", 1), Event.DONE))
    assert found.half_applied("r9") is None


def test_what_has_only_begun_is_in_doubt() -> None:
    found = unfinished(
        (entry("d1", 1, "r2", 1), Event.DONE), (entry("d1", 2, "r2", 2), Event.STARTED)
    )
    assert [each.entry.index for each in found.in_doubt] == [2]


def test_what_was_put_back_is_not_owed_any_more() -> None:
    owed = ("ALTER TASK A RESUME", "ALTER TASK B RESUME")
    done = entry("d1", 1, "resume", 1, leaves=None, stage="resume", text=owed[0])
    assert unfinished((done, Event.DONE), put_back=owed).to_put_back() == {owed[1]}
    assert unfinished((done, Event.FAILED), put_back=owed).to_put_back() == set(owed)


def test_only_plain_dml_shares_a_transaction_with_its_journal_row() -> None:
    assert is_transactional("-- why\nINSERT INTO T SELECT 1")
    assert is_transactional("merge into t using s on 1 = 1 when matched then delete")
    for text in ("CREATE TABLE T (A INT)", "CALL P()", "BEGIN RETURN 1; END", "TRUNCATE TABLE T"):
        assert not is_transactional(text)
