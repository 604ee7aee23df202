"""Whether the fault suite runs whole, by `make faults`, or reduced, as in `make test`."""

import os

import pytest

IS_WHOLE = os.environ.get("SNOWLANE_FAULTS") == "whole"
# A mark, so that nothing is deployed for a test that is left out.
whole_only = pytest.mark.skipif(not IS_WHOLE, reason="the whole suite: make faults")
