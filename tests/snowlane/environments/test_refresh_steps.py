"""Where a refresh goes on, and which databases it still has to exchange."""

from dataclasses import replace

import pytest

from snowlane.environments.databases import mark
from snowlane.environments.refresh_steps import RefreshStep, aside_name, step_of, to_swap
from snowlane.environments.registry import Registered, State
from snowlane.errors import RefusedError

ROW = Registered(
    name=aside_name("qa"),
    clone_id="id",
    source="prod",
    source_databases={"RAW": "PROD_RAW", "DW": "PROD_DW"},
    made_like="qa",
    databases={"RAW": "QA_REFRESH_RAW", "DW": "QA_REFRESH_DW"},
    role="R",
    warehouse="W",
    owner="ana",
)
OWN = {"RAW": "QA_RAW", "DW": "QA_DW"}
MARK = mark("qa_refresh", "id", "PROD_RAW")


def test_what_carries_the_copys_mark_is_exchanged_already():
    pairs = [("QA_RAW", "QA_REFRESH_RAW"), ("QA_DW", "QA_REFRESH_DW")]
    assert to_swap(ROW, OWN, {"QA_REFRESH_RAW": MARK, "QA_REFRESH_DW": MARK}) == pairs
    assert to_swap(ROW, OWN, {"QA_RAW": MARK, "QA_REFRESH_DW": MARK}) == pairs[1:]
    assert to_swap(ROW, OWN, {"QA_RAW": MARK, "QA_DW": MARK, "QA_REFRESH_DW": "old"}) == []


@pytest.mark.parametrize("comment", ["", "mine", mark("qa_refresh", "another", "PROD_RAW")])
def test_without_the_mark_nothing_is_guessed(comment):
    with pytest.raises(RefusedError, match="cannot be told whether QA_RAW") as refused:
        to_swap(ROW, OWN, {"QA_RAW": comment, "QA_REFRESH_RAW": "", "QA_REFRESH_DW": MARK})
    assert "clone id" in refused.value.next


@pytest.mark.parametrize(
    ("written", "step"),
    [
        (RefreshStep.ACCESS.value, RefreshStep.ACCESS),
        (RefreshStep.SWAP.value, RefreshStep.SWAP),
        (RefreshStep.CHECK.value, RefreshStep.REPOINT),
        (RefreshStep.RESUME.value, RefreshStep.RESUME),
        ("of another release", RefreshStep.PAUSE),
    ],
)
def test_it_goes_on_where_it_stopped(written, step):
    row = replace(ROW, name="qa", made_like=None, state=State.REFRESHING, step=written)
    assert step_of(row) is step
    assert step_of(replace(row, state=State.READY)) is RefreshStep.PAUSE
