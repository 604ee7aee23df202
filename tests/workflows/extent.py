"""What of these tests only `make workflows` runs, each of which takes many seconds."""

import os

import pytest

# A mark, so that nothing is deployed for a test that is left out.
whole_only = pytest.mark.skipif(
    os.environ.get("SNOWLANE_WORKFLOWS") != "whole", reason="takes many seconds: make workflows"
)
