"""The whole platform, as its revisions and objects made it, is what drift expects of it."""

import contextlib
import io
import json

import pytest

from snowlane import cli


def measured(platform) -> dict:
    """The drift of dev now."""
    out = io.StringIO()
    arguments = ["--project-dir", str(platform.project), "--local", "status", "dev", "--drift"]
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--format", "json"])
    assert not ended.value.code, out.getvalue()
    (found,) = json.loads(out.getvalue())["drift"]
    return found


def test_the_platform_has_no_drift_and_every_statement_is_followed(platform) -> None:
    found = measured(platform)
    assert found["revision"]
    assert found["findings"] == []
    assert found["not_followed"] == []


def test_one_change_by_hand_is_the_one_finding(platform) -> None:
    platform.sql("ALTER TABLE DEV_DW.FACTS.FACT_SALES ADD COLUMN by_hand VARCHAR(10)")
    (finding,) = measured(platform)["findings"]
    platform.sql("ALTER TABLE DEV_DW.FACTS.FACT_SALES DROP COLUMN by_hand")
    assert finding["name"] == "DW.FACTS.FACT_SALES.BY_HAND"
    assert measured(platform)["findings"] == []
