"""ROW ACCESS POLICY: which rows are there for a role. docs.snowflake.com/en/user-guide/security-row-intro"""

from __future__ import annotations

from snowlocal.errors import unnumbered
from snowlocal.kinds.policy import Policy
from snowlocal.types import DataType


class RowAccessPolicy(Policy):
    """It is given columns of a row and says whether the row is there."""

    name = "ROW ACCESS POLICY"
    plural = "ROW ACCESS POLICIES"

    def judge_types(self, arguments: list[DataType], returns: DataType) -> None:
        """It takes something and returns BOOLEAN."""
        if not arguments or returns.base != "BOOLEAN":
            raise unnumbered("SQL compilation error: A row access policy must return BOOLEAN.")
