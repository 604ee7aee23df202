"""Files for the tests: dropped into a bucket, as an uploader does, or written to a folder of the client's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from snowlocal.server import LocalAccount

Drop = Callable[[str, str | bytes], Path]


@pytest.fixture
def bucket(schema: str) -> str:
    """The URL of a bucket of the test's own."""
    return f"s3://{schema.partition('.')[2].lower()}/in/"


@pytest.fixture
def drop(account: LocalAccount, bucket: str) -> Drop:
    """Put a file into the bucket."""

    def put_there(name: str, content: str | bytes) -> Path:
        path = account.directory / "buckets" / bucket.removeprefix("s3://") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put_there
