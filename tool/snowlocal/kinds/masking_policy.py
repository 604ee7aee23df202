"""MASKING POLICY: what a column's values are shown as. docs.snowflake.com/en/user-guide/security-column-intro"""

from __future__ import annotations

from snowlocal.kinds.policy import Policy, mismatch
from snowlocal.types import DataType


class MaskingPolicy(Policy):
    """Its first argument is the column, and it returns the column's type."""

    name = "MASKING POLICY"
    plural = "MASKING POLICIES"

    def judge_types(self, arguments: list[DataType], returns: DataType) -> None:
        """What goes in first comes out."""
        if not arguments or arguments[0].base != returns.base:
            raise mismatch()
