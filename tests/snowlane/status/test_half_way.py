"""What is told of a deployment that stopped half way, and how it says to go on."""

import pytest

from snowlane.status.half_way import half_way_of
from snowlane.status.model import Deployment


def deployment(number: int, outcome: str) -> Deployment:
    return Deployment(f"d{number}", number, outcome, None, None, "ana", "b", "r1", "r2", 0)


def journal(number: int, ordinal: int, event: str, stage: str = "upgrade", index: int = 1) -> dict:
    return {
        "DEPLOYMENT_ID": f"d{number}",
        "ORDINAL": str(ordinal),
        "EVENT": event,
        "STAGE": stage,
        "NAME": "r2",
        "LEAVES": "r1",
        "STATEMENT_INDEX": str(index),
        "STATEMENT_COUNT": "3",
        "HASH": f"{stage}{index}",
    }


def test_what_took_effect_last_counts_whoever_tried_since() -> None:
    tries = [deployment(3, "failed"), deployment(2, "half-applied"), deployment(1, "half-applied")]
    rows = [
        journal(1, 1, "DONE"),
        journal(2, 1, "DONE", index=2),
        journal(2, 2, "FAILED", index=3),
        # What it suspended it put back: it ran nothing.
        journal(3, 1, "DONE", stage="suspend"),
        journal(3, 2, "FAILED", index=3),
    ]
    found = half_way_of("qa", "r1", tries, rows)
    assert found is not None
    assert (found.by.number, found.stage, found.statement, found.of) == (2, "upgrade r2", 2, 3)
    assert found.in_doubt is False


@pytest.mark.parametrize(
    ("stage", "event", "outcome", "goes_on"),
    [
        ("upgrade", "DONE", "half-applied", "`snowlane migrate qa` goes on behind it"),
        ("upgrade", "BEGUN", "half-applied", "`snowlane resolve qa` settles it"),
        ("upgrade", "DONE", "running", "`snowlane resolve qa` settles it"),
        ("restore", "DONE", "half-applied", "finish it: `snowlane rollback qa`"),
        ("refresh", "DONE", "half-applied", "finish it: `snowlane env refresh qa`"),
        (
            "re-point",
            "DONE",
            "half-applied",
            "finish its clone: `snowlane env show qa` says of what",
        ),
    ],
)
def test_the_way_on_is_that_of_what_stopped(stage, event, outcome, goes_on) -> None:
    found = half_way_of("qa", "r1", [deployment(1, outcome)], [journal(1, 1, event, stage)])
    assert found is not None
    assert found.next.endswith(goes_on)


def test_a_try_that_ran_nothing_leaves_nothing_half_applied() -> None:
    assert half_way_of("qa", "r1", [deployment(1, "failed")], [journal(1, 1, "FAILED")]) is None
    assert half_way_of("qa", "r1", [], []) is None


def test_one_that_was_killed_before_the_journal_tells_is_to_be_looked_at() -> None:
    found = half_way_of("qa", "r1", [deployment(1, "running")], [])
    assert found is not None
    assert (found.by.number, found.stage) == (1, "")
    assert "snowlane migrate qa" in found.next
